# %% [raw] tags=["header"]
# title: Reach a task
# chapter: 2
# minutes: {teaching: 25, exercises: 35}
# do: Put tasks into subnets, give them addresses, open one port, and let a service keep them running.
# objectives:
#   - Explain why every task has a network interface of its own.
#   - Tell what a subnet, a zone, a public address and a security group each decide.
#   - Diagnose a task that cannot pull its image.
#   - Predict what a service does when one of its tasks goes.
# keypoints:
#   - One task, one interface, one private address out of its subnet.
#   - A public address is also the way out, to the registry.
#   - A security group lets in what it names, and nothing else.
#   - A service replaces tasks; addresses are not kept.
# live_cost: below 0.15 USD; up to eight of the smallest tasks with public addresses, for an hour
# stall: A running task that nobody can reach (security group), and one that cannot pull (public address).
# ask: Two tasks of one service listen on port 80. Why is there no conflict?

# %% [markdown]
# ## Problem
#
# On a machine of your own, two containers that listen on port 80 get in each other's way, and whoever
# opens that port opens it for everything on the machine.
#
# **Solution.** On Fargate each task has a network interface of its own, with an address of its own out
# of the subnet that it is in. Ports never collide, and every task can have its own rules. The price is
# that you must say *where*: which subnets, with or without a public address, behind which security
# group.

# %% tags=["setup"]
from dataclasses import replace

import fargate_kit as fk

lab = await fk.learn.Lab.open(chapter=2)
aws = lab.aws
lab

# %% [markdown]
# ## See it: an interface for each task
#
# The lab shows a web server, ready to run, in a cluster called `shop` (`lab.name("shop")`, as in notebook
# 00). Press **Run a task** two or three times, and watch the life of the newest task and the map below
# it. When does a task get its private address, and when does it go?

# %% tags=["see"]
shop = await aws.create_cluster(lab.name("shop"))
server = await aws.register(
    fk.TaskSpec(
        family=lab.name("server"),
        cpu=256,
        memory=512,
        containers=[
            fk.ContainerSpec(name="web", image="public.ecr.aws/nginx/nginx:1.27", ports=[80])
        ],
    )
)
network = await aws.default_network()
panel = lab.show.runner(shop, server, network=network)
panel

# %% [markdown]
# A `Network` is where tasks may go: subnets to choose from, one in each zone, security groups, and
# whether tasks get public addresses.

# %% tags=["see"]
network

# %% [markdown]
# ### Exercise 2.1 — run a task where you want it
#
# Run `server` in the *first* subnet of `network` and in no other, and wait until it runs. Say
# `started_by="2.1"`, a mark that ECS keeps with the task, so that the check can tell it from others.

# %% tags=["exercise"]
### BEGIN SOLUTION
here = replace(network, subnets=network.subnets[:1])
task = await shop.run(server, network=here, started_by="2.1")
task = await task.wait_running()
task
### END SOLUTION

# %% tags=["check"]
await lab.check("2.1")

# %% [markdown]
# ## Predict: three tasks
#
# ### Exercise 2.2 — spread three tasks
#
# How many interfaces do three tasks have? Hand your prediction in with `lab.answer("2.2", number)`. Then
# run three tasks of `server` with one call, marked `started_by="2.2"`, and wait until all of them run.
# They are to be in two zones or more.

# %% tags=["exercise"]
### BEGIN SOLUTION
lab.answer("2.2", 3)
tasks = await shop.run_many(server, 3, network=network, started_by="2.2")
tasks = [await task.wait_running() for task in tasks]
### END SOLUTION

# %% tags=["check"]
await lab.check("2.2")

# %% tags=["see"]
await lab.show.network()

# %% [markdown]
# ## Break it: a task without a way out
#
# Public addresses cost money, and nobody out there needs to reach this task. So why not do without?

# %% tags=["see"]
inside = replace(network, public_ip=False)
lost = await shop.run(server, network=inside, started_by="lost")
lost = await lost.wait_stopped()
lost

# %% [markdown]
# The SDK knows what a task needs before it is run. It could have been asked:

# %% tags=["see"]
for problem in await aws.check_network(inside, server):
    print(problem.message)

# %% [markdown]
# ### Exercise 2.3 — mend a task that cannot pull
#
# What is the first word of the reason that AWS gave? Hand it in: `lab.answer("2.3", "…")`. Then run
# `server` once more, marked `started_by="2.3"`, so that it can pull its image, and wait until it runs.

# %% tags=["exercise"]
### BEGIN SOLUTION
lab.answer("2.3", "CannotPullContainerError")
task = await shop.run(server, network=network, started_by="2.3")
task = await task.wait_running()
await task.public_ip()
### END SOLUTION

# %% tags=["check"]
await lab.check("2.3")

# %% [markdown]
# ## Do it: who may come in
#
# The tasks run, have public addresses, and still nobody reaches them: the group they are in lets in only
# its own members. A security group is a list of who may come in by which port.
#
# ### Exercise 2.4 — open one port to one place
#
# Make a security group that is called `web`, by `lab.name("web")`. It opens port 80 to the office,
# `203.0.113.0/24`, and to nobody else.

# %% tags=["exercise"]
### BEGIN SOLUTION
group = await aws.security_group(
    lab.name("web"), network=network, ports=80, open_to="203.0.113.0/24"
)
group.ingress
### END SOLUTION

# %% tags=["check"]
await lab.check("2.4")

# %% [markdown]
# The whole internet has to be asked for in so many words, `open_to=fk.ANYWHERE`. It is never a default.

# %% tags=["see"]
try:
    await aws.security_group(lab.name("too-open"), ports=80)
except fk.InvalidSpec as error:
    print(error)

# %% [markdown]
# ## Predict: a service
#
# A task that stops stays stopped. A *service* keeps a number of them running.
#
# ### Exercise 2.5 — let a service replace a task
#
# Think first: a service shall have 2 tasks, and you stop one of them by hand. When things are quiet
# again, how many tasks does it have, and is the id of the replacement a new one? Hand both in:
# `lab.answer("2.5", (number, True))` or `False`.
#
# Then do it: a service `web` in `shop`, of `server`, with two tasks. Wait until it is stable, stop one of
# its tasks, wait again. `lab.show.service(service)` follows it.

# %% tags=["exercise"]
### BEGIN SOLUTION
lab.answer("2.5", (2, True))
service = await shop.create_service("web", server, desired_count=2, network=network)
service = await service.wait_stable()
victim = [task async for task in service.tasks()][0]
await (await victim.stop("an exercise")).wait_stopped()
service = await service.wait_stable()
service
### END SOLUTION

# %% tags=["check"]
await lab.check("2.5")

# %% tags=["see"]
await lab.show.objects()

# %% [markdown]
# ## Do it: take it down
#
# ### Exercise 2.6 — take it down in order
#
# Leave no task and no interface in the network: the service goes, and so does everything that you ran by
# hand in `shop`. What is the right order, and what goes by itself?

# %% tags=["exercise"]
### BEGIN SOLUTION
service = await shop.service("web")
await service.delete(force=True)
for task in [task async for task in shop.tasks()]:
    await task.stop("the lesson is over")
async for task in shop.tasks(desired_status="STOPPED"):
    await task.wait_stopped()
### END SOLUTION

# %% tags=["check"]
await lab.check("2.6")

# %% tags=["see"]
await lab.show.network()

# %% [markdown]
# ## Then and now
#
# | 2018 | now |
# |---|---|
# | the wizard made a VPC with two subnets for each cluster | the default VPC serves, or `aws.create_network("name")` |
# | public addresses were free | each public IPv4 address is billed by the hour |
# | one public address for each task, typed into a browser | the same, for a lesson; a load balancer for anything else (chapter 6) |
#
# **In practice.** Port 80 open to the whole internet is right for a load balancer and for nothing else.
# A task that only works and answers nobody needs no rule at all.

# %% [markdown]
# ## Close

# %% tags=["close"]
await lab.close()

# %% [markdown] tags=["instructor"]
# The panel with the two buttons carries this chapter: let people press it before they read on.
# At 2.3 ask for the three ways out (public address, NAT gateway, endpoints) and what each costs.
# At 2.5 collect the predictions before anybody stops a task: half a room expects one task, or the same id.
