# %% [raw] tags=["header"]
# title: Open a shop
# chapter: 8
# minutes: {teaching: 10, exercises: 65}
# do: Open a shop of two services, let it grow, survive a bad release, and close it without a trace.
# objectives:
#   - Put definitions, roles, a load balancer, scaling and logs together into one thing that works.
#   - Know what it costs before it is open, and keep within a budget.
#   - Roll out a release that fails, say why it failed, and recover without a visitor noticing.
#   - Prove that nothing is left.
# keypoints:
#   - A file, two roles, a balancer, two bounds and a mark make a shop.
#   - A release that never becomes healthy takes nothing away.
#   - Public addresses are paid for, those of the balancer as well.
#   - What carries a mark can be taken down from anywhere.
# live_cost: below 0.20 USD; up to five small tasks, a load balancer and their addresses, for an hour and a half
# stall: The execution role of the bad release (it is a new specification), and a balancer in all six zones.
# ask: Which of the fourteen probes would your own service at work not pass?

# %% [markdown]
# ## Problem
#
# Every chapter had one subject, and everything else in it was ready. At work nothing is ready. A service
# needs a definition *and* rights *and* a way in *and* somebody who watches the count and the bill, and
# the day on which a release fails comes without a chapter heading.
#
# **Solution.** Do all of it once, in one piece. You open a small shop: a web that visitors see, and a
# worker that packs orders. It grows by itself, a bad release comes, and in the end it is closed. This
# notebook tells you *what* shall be there and leaves the *how* to you.
#
# **Fast track.** If you know ECS already, begin here. Where you miss a group of points, the board names
# the chapters that explain it.

# %% tags=["setup"]
from dataclasses import replace

import fargate_kit as fk

lab = await fk.learn.Lab.open(chapter=8)
aws = lab.aws
name = lab.name("shop")
lab

# %% [markdown]
# ## See it: the board
#
# Fourteen probes in five groups look at the account, five points each. A probe counts from the moment at
# which a check or this board has seen it hold, because the shop is closed at the end. A hint that you ask
# for with `report.hint()` costs a point, here on the board and nowhere else. Hints that you open with a
# click in a check are seen by nobody.

# %% tags=["see"]
await lab.scoreboard()

# %% [markdown]
# Everything is named after `name`, which is `shop` unless you share the account with others. A cluster is
# called `name`, the families are that name with `-web` and `-worker` behind it, the log group is `/ecs/`
# and that name, the worker's role is that name with `-worker`. The services in the cluster are called
# `web` and `worker`.
#
# ## See it: the shop on a laptop
#
# This file runs the shop on a laptop. `lab.write()` puts it into the folder `lab-08` beside this
# notebook. Two services become two families here, so that each can have its own count.

# %% tags=["see"]
ORDERS = """\
    volumes:
      - ./orders:/orders
"""
LAPTOP = f"""
services:
  web:
    image: public.ecr.aws/docker/library/nginx:1.27
    ports: ["80:80"]
    environment:
      RELEASE: "1"
    command:
      - sh
      - -c
      - |
        echo "<h1>Shop, release $$RELEASE</h1>" > /usr/share/nginx/html/index.html
        exec nginx -g "daemon off;"
  worker:
    image: public.ecr.aws/docker/library/busybox:1.36
    command:
      - sh
      - -c
      - 'n=0; while true; do n=$$((n + 1)); echo "packed order $$n"; sleep 5; done'
{ORDERS}"""
shop_file = lab.write("shop.yaml", LAPTOP)
files = fk.compose.ProjectFiles(files=[shop_file], name=name)
choices = fk.compose.Choices(topology=fk.compose.Topology.SERVICE_EACH, region=aws.region)
fk.compose.convert(files, choices=choices)

# %% [markdown]
# ## Do it: the parts
#
# ### Exercise 8.1 — write the shop down
#
# One key is refused: no task on Fargate reaches a folder of a laptop. Orders have moved to the bucket
# `shop-orders` meanwhile, so the key can go. Mend the file, and turn it into a plan. Make the log group
# that both write to, with lines kept for a day, and register the task of each service of the plan.

# %% tags=["exercise"]
### BEGIN SOLUTION
lab.write("shop.yaml", LAPTOP.replace(ORDERS, ""))
plan = fk.compose.convert(files, choices=choices).check()
await aws.create_log_group(f"/ecs/{name}", retention_days=1)
for part in ("web", "worker"):
    await aws.register(plan.service(part).task)
### END SOLUTION

# %% tags=["check"]
await lab.check("8.1")

# %% [markdown]
# ### Exercise 8.2 — give just enough rights
#
# Both definitions name `ecsTaskExecutionRole`, a role for every task there is. Register both once more, so
# that
#
# - each has an execution role that can do what this definition needs, and no more;
# - the worker's code may read the objects of the bucket `shop-orders`, and nothing else;
# - the web's code, which asks AWS for nothing, has no role.

# %% tags=["exercise"]
### BEGIN SOLUTION
web = (await aws.task_definition(f"{name}-web")).to_spec()
worker = (await aws.task_definition(f"{name}-worker")).to_spec()
reads_orders = await aws.create_task_role(
    f"{name}-worker",
    statements=[
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::shop-orders/*"}
    ],
)
await aws.register(replace(web, execution_role=await aws.create_execution_role(web)))
await aws.register(
    replace(
        worker,
        execution_role=await aws.create_execution_role(worker),
        task_role=reads_orders,
    )
)
### END SOLUTION

# %% tags=["check"]
await lab.check("8.2")

# %% [markdown]
# ## Predict: the bill
#
# The owner gives you **10 cents an hour**. Reckon before you build: a task of the smallest size costs
# about 1.2 cents an hour, a public address half a cent, a load balancer 2.25 cents. There will be two
# tasks of the web and one of the worker, each with an address, and a balancer, which has an address in
# every zone that it serves. The default network has six zones.
#
# ### Exercise 8.3 — open within the budget
#
# Make the cluster, the service `web` of two tasks behind a load balancer that is open to everybody on
# port 80, and the service `worker` of one task. Wait until both are ready. Health is what the balancer
# says it is, and nobody but the balancer gets to the tasks.

# %% tags=["exercise"]
### BEGIN SOLUTION
shop = await aws.create_cluster(name)
network = await aws.default_network()
network = replace(network, subnets=network.subnets[:2])
web = await shop.create_web_service(
    "web",
    await aws.task_definition(f"{name}-web"),
    port=80,
    open_to=fk.ANYWHERE,
    desired_count=2,
    network=network,
)
worker = await shop.create_service(
    "worker", await aws.task_definition(f"{name}-worker"), desired_count=1, network=network
)
web = await web.wait_ready()
worker = await worker.wait_stable()
web.url
### END SOLUTION

# %% tags=["check"]
await lab.check("8.3")

# %% [markdown]
# The meter reads what there is in the account. Its last sum is the one to remember: what a forgotten shop
# costs in a month.

# %% tags=["see"]
await lab.show.cost(limit=0.25)

# %% tags=["see"]
await lab.show.objects()

# %% [markdown]
# ## Predict: a busy day
#
# ### Exercise 8.4 — let it breathe
#
# From now on AWS shall keep two to four tasks of the web, as many as bring their CPU near 50 percent.
# Then the busy day comes: work that would fill one task to 180 percent, shared evenly by those that run.
# How many tasks will there be? Hand your prediction in: `lab.answer("8.4", number)`.
#
# Then set it up, and let the day come with `lab.world.set_load(service, cpu=180)`, the simulator's own
# dial. `lab.show.scaling(service)` follows what happens. Wait until auto scaling has acted, and until the
# service is stable. (On live AWS there is no such dial, and the course brings no visitors: set the bounds,
# and go on.)

# %% tags=["exercise"]
### BEGIN SOLUTION
lab.answer("8.4", 4)
shop = await aws.cluster(name)
service = await shop.service("web")
scaling = await service.autoscale(2, 4, fk.TargetTracking.cpu(50))
lab.world.set_load(service, cpu=180)
async for activity in scaling.activities(follow=True):
    print(activity)
    break
service = await service.wait_stable()
service
### END SOLUTION

# %% tags=["check"]
await lab.check("8.4")

# %% [markdown]
# ## Break it: a release
#
# The developers hand in release 2. It is a Compose file that is laid over the first one, and it looks
# harmless.

# %% tags=["see"]
release_2 = lab.write(
    "release-2.yaml",
    """
services:
  web:
    environment:
      RELEASE: "2"
    command:
      - sh
      - -c
      - |
        : "$${SHOP_TITLE:?is not set}"
        echo "<h1>$$SHOP_TITLE, release $$RELEASE</h1>" > /usr/share/nginx/html/index.html
        exec nginx -g "daemon off;"
""",
)

# %% [markdown]
# ### Exercise 8.5 — roll a release with a fault
#
# Roll it out while visitors come. The plan of both files gives the new task, `plan.service("web").task`;
# it needs the execution role that the present one has. `traffic = lab.show.traffic(web.balancer)` sends
# requests for as long as an `async with traffic.steady() as visitors:` lasts, and counts them. How many
# will be turned away while ECS tries the release?
#
# Wait for the deployment to end. Its error has the evidence. Then say which setting was missing:
# `lab.answer("8.5", "…")`.

# %% tags=["exercise"]
### BEGIN SOLUTION
shop = await aws.cluster(name)
web = await shop.web_service("web")
now = (await aws.task_definition(web.service.definition_arn)).to_spec()
both = fk.compose.ProjectFiles(files=[shop_file, release_2], name=name)
plan = fk.compose.convert(both, choices=choices).check()
bad = replace(plan.service("web").task, execution_role=now.execution_role)
traffic = lab.show.traffic(web.balancer)
async with traffic.steady() as visitors:
    deployment = await web.service.deploy(await aws.register(bad))
    try:
        await deployment.wait()
    except fk.DeploymentFailed as failed:
        print(failed.evidence)
print(visitors)
lab.answer("8.5", "SHOP_TITLE")
### END SOLUTION

# %% tags=["check"]
await lab.check("8.5")

# %% [markdown]
# ### Exercise 8.6 — recover
#
# Write release 3: a file laid over the other two, in which `RELEASE` is 3 and the missing setting has a
# value. Roll it out, with visitors coming, and wait until it is complete.

# %% tags=["exercise"]
### BEGIN SOLUTION
release_3 = lab.write(
    "release-3.yaml",
    """
services:
  web:
    environment:
      RELEASE: "3"
      SHOP_TITLE: Corner shop
""",
)
all_three = fk.compose.ProjectFiles(files=[shop_file, release_2, release_3], name=name)
plan = fk.compose.convert(all_three, choices=choices).check()
good = replace(plan.service("web").task, execution_role=now.execution_role)
web = await web.refresh()
async with traffic.steady() as visitors:
    deployment = await web.service.deploy(await aws.register(good))
    await deployment.wait()
    await aws.clock.sleep(60)
print(visitors)
### END SOLUTION

# %% tags=["check"]
await lab.check("8.6")

# %% tags=["see"]
await lab.scoreboard()

# %% [markdown]
# ## Do it: the end
#
# ### Exercise 8.7 — close the shop
#
# Take everything down that the shop is made of: services and scaling, balancer and groups, cluster,
# definitions, roles, log group. The board wants proof that there was a shop and that nothing of it is
# left.

# %% tags=["exercise"]
### BEGIN SOLUTION
await aws.teardown(lab.mark)
### END SOLUTION

# %% tags=["check"]
await lab.check("8.7")

# %% tags=["see"]
await lab.scoreboard()

# %% [markdown]
# ## Why it worked
#
# Nothing in this notebook was new. What was new is that nobody said which chapter it is. The order that
# you went in is worth keeping: parts, rights, way in, bounds, a release, and how it ends, thought of
# before it begins.
#
# The same shop as a program, for the simulator and for AWS, is `examples/shop_front.py` in the
# repository. It is what you wrote here, in one `async` function that cleans up after itself.
#
# ## Then and now
#
# | 2018 | now |
# |---|---|
# | a wizard of the console for each part, and pages of screenshots | one file and a few verbs, that run the same in a test |
# | a release that failed was started again and again | the circuit breaker goes back by itself |
# | alarms and step policies by hand | target tracking makes its own alarms |
# | public addresses were free | each is billed by the hour, those of a load balancer too |
#
# **In practice.** A shop on AWS listens on 443 with a certificate of ACM (`certificate_arn=…`), keeps its
# secrets in Secrets Manager, and has its files checked in a pipeline by `fargate-kit compose plan`. The
# probes of this notebook make a good list for a review.

# %% [markdown]
# ## Close

# %% tags=["close"]
await lab.close()

# %% [markdown] tags=["instructor"]
# For experts: send them here first, with 45 minutes and no word more. The board tells them, and you, which
# chapters they may skip.
# At 8.3 let everybody write a sum on paper before the first cell is run: most forget the balancer's
# addresses, and six zones are over the budget by half a cent.
# At 8.5 ask for the number of visitors turned away before it is rolled. The usual guess is *half of them*.
