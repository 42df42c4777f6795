# %% [raw] tags=["header"]
# title: Define a task
# chapter: 1
# minutes: {teaching: 20, exercises: 25}
# do: Describe a container to ECS, choose its size, change it, and run it once.
# objectives:
#   - Name the objects of ECS, and say which is in which.
#   - Explain why a revision never changes.
#   - Choose a size that Fargate has, and know its price.
#   - Read from a stopped task how it ended.
# keypoints:
#   - A task definition is a wish; a task is what came of it.
#   - CPU and memory come in pairs.
#   - Every change is a new revision; the old ones stay as they were.
#   - The exit code tells more than the stopped reason.
# live_cost: below 0.001 USD; two short tasks of the smallest size
# stall: The difference between a task definition and a task; sizes that do not go together.
# ask: A colleague changed the image of revision 3. What do the tasks run that were started from it?

# %% [markdown]
# ## Problem
#
# You have a container image. To run it somebody must know which image, how much memory, which ports,
# which command. Telling that anew at every start leads to two machines that run something different and
# nobody who knows which.
#
# **Solution.** ECS keeps the description apart from what runs. A *task definition* is the description:
# it has a family name, and every change of it makes a new numbered revision. A *task* is one run of a
# revision, in a *cluster*. A *service* keeps a number of tasks running (notebook 02).

# %% tags=["setup"]
from dataclasses import replace

import fargate_kit as fk

lab = await fk.learn.Lab.open(chapter=1)
aws = lab.aws
lab

# %% [markdown]
# ## See it: which object is in which
#
# The lab can show everything that ECS has in the account. This cell puts a small family there, so that
# there is something to see; then come back to it whenever you have made something new.

# %% tags=["see"]
greeting = await aws.register(
    fk.TaskSpec(
        family=lab.name("greeting"),
        cpu=256,
        memory=512,
        containers=[
            fk.ContainerSpec(name="main", image="busybox", command=["sh", "-c", "sleep 5; exit 0"])
        ],
    )
)
await lab.show.objects()

# %% [markdown]
# ## Do it: a cluster
#
# ### Exercise 1.1 — make the cluster `hello`
#
# Clusters and families get their names from `lab.name("hello")`, as in notebook 00.

# %% tags=["exercise"]
### BEGIN SOLUTION
await aws.create_cluster(lab.name("hello"))
### END SOLUTION

# %% tags=["check"]
await lab.check("1.1")

# %% [markdown]
# ## Do it: a task definition
#
# `fk.TaskSpec` is your wish, `aws.register()` hands it to AWS and gives back the revision. A web server
# needs one thing more than `greeting` has: the port that it listens on.
#
# ### Exercise 1.2 — register `hello-world`
#
# The family is `hello-world`, 256 CPU units and 512 MiB. It has one container that is called `web`, with
# the image `public.ecr.aws/nginx/nginx:1.27` and port 80.

# %% tags=["exercise"]
### BEGIN SOLUTION
web = fk.ContainerSpec(name="web", image="public.ecr.aws/nginx/nginx:1.27", ports=[80])
spec = fk.TaskSpec(family=lab.name("hello-world"), cpu=256, memory=512, containers=[web])
await aws.register(spec)
### END SOLUTION

# %% tags=["check"]
await lab.check("1.2")

# %% [markdown]
# A wish that says less than AWS keeps: this is what was sent for `greeting`. Fargate leaves no choice in
# the network mode and the compatibility, so the SDK fills them in.

# %% tags=["see"]
greeting.to_spec().to_api()

# %% [markdown]
# ## Predict: sizes
#
# Memory is in MiB, CPU in units of 1/1024 of a virtual CPU. Not every pair is for sale. The panel shows
# which are; choose a size in its menus and watch the price.

# %% tags=["see"]
lab.show.sizes(cpu=256, memory=512)

# %% [markdown]
# ### Exercise 1.3 — predict the legal sizes
#
# Which of these six does Fargate have? Hand in a list of those that it has:
# `lab.answer("1.3", [(256, 512), …])`.
#
# `(256, 512)` · `(256, 4096)` · `(512, 1024)` · `(1024, 1024)` · `(1024, 2048)` · `(4096, 8192)`

# %% tags=["exercise"]
### BEGIN SOLUTION
lab.answer("1.3", [(256, 512), (512, 1024), (1024, 2048), (4096, 8192)])
### END SOLUTION

# %% tags=["check"]
await lab.check("1.3")

# %% [markdown]
# ## Break it: a size that is not for sale
#
# 700 MiB is no size, and a definition may have more than one thing wrong with it. Everything is told at
# once, before anything is sent.

# %% tags=["see"]
try:
    await aws.register(replace(greeting.to_spec(), memory=700, family="no good name!"))
except fk.InvalidSpec as error:
    print(error)

# %% [markdown]
# ## Do it: change something
#
# A revision never changes. To change one thing, take the wish back from a revision, replace that thing,
# and register the result. Here for `greeting`, with its picture of what changed:

# %% tags=["see"]
second = await aws.register(replace(greeting.to_spec(), cpu=512, memory=1024))
lab.show.diff(greeting, second)

# %% [markdown]
# ### Exercise 1.4 — change one thing, get a revision
#
# Give `hello-world` 1024 MiB, and change nothing else. Register it twice, if you like: how many
# revisions are there then?

# %% tags=["exercise"]
### BEGIN SOLUTION
first = await aws.task_definition(lab.name("hello-world:1"))
await aws.register(replace(first.to_spec(), memory=1024))
await aws.register(replace(first.to_spec(), memory=1024))
### END SOLUTION

# %% tags=["check"]
await lab.check("1.4")

# %% [markdown]
# ## Do it: the first task
#
# ### Exercise 1.5 — run a task to its end
#
# Run `greeting:1` in your cluster `hello`, and wait until it has stopped. If you end the cell with
# `lab.show.task(task)` before you wait, you can watch it go through its states.

# %% tags=["exercise"]
### BEGIN SOLUTION
cluster = await aws.cluster(lab.name("hello"))
task = await cluster.run(greeting)
task = await task.wait_stopped()
task
### END SOLUTION

# %% tags=["check"]
await lab.check("1.5")

# %% [markdown]
# ## Break it: a task that fails
#
# This one has a container more, and something goes wrong in it. The cell waits for the end and shows
# what ECS says of it.

# %% tags=["see"]
arena = await aws.create_cluster(lab.name("arena"))
server = fk.ContainerSpec(name="web", image="public.ecr.aws/nginx/nginx:1.27", ports=[80])
loader = fk.ContainerSpec(name="loader", image="busybox", command=["sh", "-c", "sleep 4; exit 3"])
broken = await aws.register(
    fk.TaskSpec(family=lab.name("broken"), cpu=256, memory=512, containers=[server, loader])
)
failed = await (await arena.run(broken)).wait_stopped()
failed.stopped_reason

# %% [markdown]
# ### Exercise 1.6 — say why it failed
#
# That reason does not name the culprit. Look into `failed.containers`: which container failed, and with
# which exit code? Hand both in: `lab.answer("1.6", ("name", code))`.

# %% tags=["exercise"]
### BEGIN SOLUTION
lab.answer("1.6", ("loader", 3))
### END SOLUTION

# %% tags=["check"]
await lab.check("1.6")

# %% [markdown]
# In a program nobody looks: there `raise_for_exit()` says the same as an error.

# %% tags=["see"]
try:
    failed.raise_for_exit()
except fk.ExitedNonZero as error:
    print(error)

# %% [markdown]
# ## Do it: withdraw a revision
#
# ### Exercise 1.7 — withdraw revision 1
#
# Make sure that nobody starts anything new from `hello-world:1`. Revision 2 stays.

# %% tags=["exercise"]
### BEGIN SOLUTION
old = await aws.task_definition(lab.name("hello-world:1"))
await old.deregister()
### END SOLUTION

# %% tags=["check"]
await lab.check("1.7")

# %% tags=["see"]
await lab.show.objects()

# %% [markdown]
# ## Then and now
#
# | 2018 | now |
# |---|---|
# | a JSON form in the console's wizard | the same members, from code: `fk.TaskSpec.from_file("task.json")` reads that JSON |
# | 4 vCPU and 30 GB at most | 16 vCPU and 120 GB |
# | images from Docker Hub without a thought | its pull limits make Amazon ECR Public the better home |
#
# **In practice.** A registered revision costs nothing. A task costs from the begin of its pull to its
# end, a minute at least: `greeting.cost(hours=1)` tells how much.

# %% tags=["see"]
greeting.cost(hours=1, public_ip=True)

# %% [markdown]
# ## Close

# %% tags=["close"]
await lab.close()

# %% [markdown] tags=["instructor"]
# Draw cluster, service, task and revision on the board before the first cell, with arrows for "runs" and
# "is in", and ask where the container is. Exercise 1.3 goes well in pairs.
# Most questions come at 1.4: why `replace(...)`, and why the second registration changes nothing.
