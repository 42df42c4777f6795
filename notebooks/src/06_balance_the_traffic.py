# %% [raw] tags=["header"]
# title: Balance the traffic
# chapter: 6
# minutes: {teaching: 20, exercises: 40}
# do: Put tasks behind one address, look at the health of targets, send requests, and release without losing one.
# objectives:
#   - Explain what a load balancer, a listener and a target group each do for a service.
#   - Read the health of a target, and tell what is wrong by AWS's reason.
#   - Release a new revision without a failed request.
#   - Tell from the evidence why a deployment was rolled back.
# keypoints:
#   - One address outside, many tasks behind it; ECS registers them and takes them out.
#   - Targets on Fargate are addresses, so the group's type is ip.
#   - An unhealthy target has a reason; read it before you change anything.
#   - At least 100 percent healthy means that nobody notices a release.
#   - A rollback is a failure of what was asked, even if the service is well.
# live_cost: below 0.30 USD; one load balancer and up to ten of the smallest tasks, for an hour
# stall: The health check asks for a path that the container does not have, and everybody searches in the network first.
# ask: The service is stable and every target is healthy. Was the deployment a success?

# %% [markdown]
# ## Problem
#
# Three tasks of a service have three addresses, and each of them lives only as long as its task. Which
# one do you tell your visitors? And who leaves out a task that is ill, or one that is about to stop?
#
# **Solution.** An *Application Load Balancer* has one name that stays. Its *listener* takes requests on a
# port and forwards them to a *target group*. The group asks each target for a page every few seconds,
# and only those that answer well get requests. ECS puts the tasks of a service into the group, and takes
# them out before it stops them.

# %% tags=["setup"]
from IPython.display import display

import fargate_kit as fk
from fargate_kit.learn.scenery import target_group_as_proposed

lab = await fk.learn.Lab.open(chapter=6)
aws = lab.aws
lab

# %% [markdown]
# ## See it: one address
#
# Below is a web server whose page says which release it is and on which task: `release(1)`, `release(2)`
# and so on. It is run in a cluster, behind a load balancer that listens to the whole internet on the
# ports 80 and 8080. That is right for a load balancer, and for hardly anything else.
#
# Names that are unique in an account go through `lab.name("shop")`. In an account of your own that is
# just `shop`; in a shared one your seat stands before it. From here on the text says only `shop`.

# %% tags=["see"]
log_group = lab.name("/course/front")


def release(number, image="public.ecr.aws/docker/library/nginx:1.27"):
    """Specify a web server that names its release and its task."""
    page = "/usr/share/nginx/html/index.html"
    start = (
        f"echo release {number} on $(hostname) > {page}; cat {page}; exec nginx -g 'daemon off;'"
    )
    return fk.TaskSpec(
        family=lab.name("front"),
        cpu=256,
        memory=512,
        execution_role="ecsTaskExecutionRole",
        containers=[
            fk.ContainerSpec(
                name="web",
                image=image,
                ports=[80],
                command=["sh", "-c", start],
                log_configuration=fk.LogConfiguration.awslogs(log_group, region=aws.region),
            )
        ],
    )


# %% tags=["see"]
shop = await aws.create_cluster(lab.name("shop"))
await aws.create_log_group(log_group, retention_days=1)
first = await aws.register(release(1))
balancer = await aws.create_load_balancer(lab.name("front"), open_to=fk.ANYWHERE, ports=[80, 8080])
balancer = await balancer.wait_active()
balancer

# %% [markdown]
# Two panels go with you through this chapter. The first is a board of the targets behind the load
# balancer. The second is a visitor: its buttons send real HTTP requests to the balancer, and it draws
# each one in the lane of whoever answered it. For now there is nobody.

# %% tags=["see"]
lab.show.targets(balancer)

# %% tags=["see"]
traffic = lab.show.traffic(balancer)
traffic

# %% [markdown]
# ## Break it: a group of the wrong type
#
# Somebody has made a target group before you, and left every setting as AWS proposes it. (The lab has
# played that somebody.)

# %% tags=["see"]
proposed = await target_group_as_proposed(aws, balancer, lab.name("proposed"))
try:
    await shop.create_service("front", first, desired_count=3, targets=[proposed.port(80)])
except fk.ApiError as refused:
    print(refused)

# %% [markdown]
# That was AWS. The SDK could have been asked before, and it says what to do:

# %% tags=["see"]
for problem in (await aws.check(first, targets=[proposed.port(80)])).problems:
    print(problem.message)

# %% [markdown]
# ### Exercise 6.1 — make a target group of addresses
#
# Make a target group `front` of your own, with a listener on port 80 that forwards to it. `balancer` has
# a verb for each, and the SDK chooses the type.

# %% tags=["exercise"]
### BEGIN SOLUTION
group = await balancer.create_target_group(lab.name("front"))
listener = await balancer.create_listener(group)
### END SOLUTION

# %% tags=["check"]
await lab.check("6.1")

# %% [markdown]
# ## Do it: three tasks, one address
#
# ### Exercise 6.2 — put three tasks behind one address
#
# Make a service `front` in `shop`: three tasks of `first`, with port 80 of each as a target in your group.
# Wait until three targets are healthy, and look at the board while you wait.

# %% tags=["exercise"]
### BEGIN SOLUTION
front = await shop.create_service("front", first, desired_count=3, targets=[group.port(80)])
await group.wait_healthy(3)
front = await front.wait_stable()
### END SOLUTION

# %% tags=["check"]
await lab.check("6.2")

# %% [markdown]
# ## Predict: who answers?
#
# ### Exercise 6.3 — predict who answers 300 requests
#
# You will send 300 requests. How many does each of the three tasks answer? Hand in a number,
# `lab.answer("6.3", …)`; 15 percent more or less is right as well. Then send them: the button does it,
# and so does `await traffic.send(300)`. The check counts in the tasks' own logs.

# %% tags=["exercise"]
### BEGIN SOLUTION
lab.answer("6.3", 100)
await traffic.send(300)
### END SOLUTION

# %% tags=["check"]
await lab.check("6.3")

# %% [markdown]
# ## Break it: healthy tasks that are unhealthy targets
#
# A colleague puts a second service behind the same balancer, on port 8080. Her tasks run, and her log is
# full of pages served; but the group has not one healthy target after two minutes. (A long grace period
# keeps ECS from replacing the tasks while you look.)

# %% tags=["see"]
docs_group = await balancer.create_target_group(
    lab.name("docs"), health_check=fk.TargetHealthCheck(path="/healthz")
)
await balancer.create_listener(docs_group, port=8080)
await shop.create_service(
    "docs",
    first,
    desired_count=2,
    targets=[docs_group.port(80)],
    health_check_grace_period=86_400,
)
try:
    await docs_group.wait_healthy(2, timeout=120)
except fk.WaitTimeout as error:
    print("not healthy after two minutes, with", len(error.last), "targets")
lab.show.targets(docs_group)

# %% [markdown]
# ### Exercise 6.4 — diagnose targets that stay unhealthy
#
# What is AWS's code for it? `await docs_group.health()` has it for each target as `.reason`, and the board
# shows it. Hand it in: `lab.answer("6.4", "…")`. Then put it right without a new release, and wait until
# both targets are healthy. A group can be told another health check with
# `docs_group.update(health_check=fk.TargetHealthCheck(path="…"))`.

# %% tags=["exercise"]
### BEGIN SOLUTION
print({target.reason for target in await docs_group.health()})
lab.answer("6.4", "Target.ResponseCodeMismatch")
docs_group = await docs_group.update(health_check=fk.TargetHealthCheck(path="/"))
lab.show(await docs_group.wait_healthy(2))
### END SOLUTION

# %% tags=["check"]
await lab.check("6.4")

# %% [markdown]
# ## Break it: a release that everybody notices
#
# Release 2 is ready. To save money, somebody allows no more than three tasks at any time, and lets all of
# them go at once: at least 0, at most 100 percent. Visitors keep coming meanwhile, at a steady pace. How
# many of them meet an error?

# %% tags=["see"]
second = await aws.register(release(2))
try:
    front = await shop.service("front")
except fk.NotFound:
    print("There is no service front yet: solve 6.2, then run this cell again.")
else:
    async with traffic.steady() as visits:
        deployment = await front.deploy(second, minimum_healthy_percent=0, maximum_percent=100)
        display(lab.show.deployment(deployment))
        await deployment.wait()
    display(visits)

# %% [markdown]
# The grey band is what the rules allow: between the fewest healthy and the most tasks. Where both lines
# were at zero, the load balancer had nobody to ask, and answered 503 itself.
#
# ### Exercise 6.5 — release without a failed request
#
# Release 3 is to be better: bring it to the service `front` while visitors come, without one failed
# request. `async with traffic.steady() as sent:` sends requests for as long as its block lasts, and `sent`
# counts them. Choose the percentages (a service keeps those it was
# last given), and wait for the deployment inside the block. Then hand in what was
# counted: `lab.answer("6.5", sent)`. If it went wrong, release again; `release(4)` is as good as 3.

# %% tags=["exercise"]
### BEGIN SOLUTION
third = await aws.register(release(3))
front = await shop.service("front")
async with traffic.steady() as sent:
    deployment = await front.deploy(third, minimum_healthy_percent=100, maximum_percent=200)
    display(lab.show.deployment(deployment))
    await deployment.wait()
display(sent)
lab.answer("6.5", sent)
### END SOLUTION

# %% tags=["check"]
await lab.check("6.5")

# %% [markdown]
# ## Predict: a release that cannot start
#
# ### Exercise 6.6 — let a bad release fail by itself
#
# The next release has an image from a registry that does not exist:
# `release(4, image="registry.invalid/front:4")`. What will visitors notice? And what will the service run
# when all is quiet again? Services of this SDK have a *circuit breaker*: when tasks of a deployment fail
# again and again, ECS gives up and goes back.
#
# Deploy it to `front` and wait for the deployment. `wait()` raises `fk.DeploymentRolledBack` when ECS has
# gone back, with the evidence: `error.evidence.events` is what ECS said of trouble,
# `error.evidence.stopped_tasks` which tasks ended and why, `error.evidence.failed_tasks` how many had
# failed. Read it, and hand in that number: `lab.answer("6.6", …)`.

# %% tags=["exercise"]
### BEGIN SOLUTION
bad = await aws.register(release(4, image="registry.invalid/front:4"))
front = await shop.service("front")
async with traffic.steady() as sent:
    deployment = await front.deploy(bad)
    display(lab.show.deployment(deployment))
    try:
        await deployment.wait()
    except fk.DeploymentRolledBack as error:
        evidence = error.evidence
for event in evidence.events:
    print(event)
print(evidence.cause.said)
print(evidence.remedy)
display(sent)
lab.answer("6.6", evidence.failed_tasks)
### END SOLUTION

# %% tags=["check"]
await lab.check("6.6")

# %% [markdown] tags=["solution"]
# Had you looked at the service alone, you would have seen three of three tasks, one deployment, completed:
# a service that was rolled back is as stable as one that was not. That is why the SDK judges the
# deployment by its id, and why a pipeline should wait for the deployment and not for the service.

# %% [markdown]
# ## Then and now
#
# | 2018 | now |
# |---|---|
# | a broken release was started again for ever, until somebody looked | the circuit breaker gives up and rolls back; AWS's default is off, this SDK's is on |
# | open the balancer's name in a browser and reload it | the same; and a test that counts who answers |
# | blue/green only by a service beside ECS | ECS has strategies of its own beside the rolling one |
#
# **In practice.** `cluster.create_web_service()` makes balancer, group, listener, security groups and
# service in one call. The errors of this chapter are in CloudWatch as `HTTPCode_ELB_5XX_Count`: put an
# alarm on it. Give tasks as long to finish as your longest request lasts, with the group's
# `deregistration_delay`. And a load balancer costs money by the hour, also without a single visitor.

# %% [markdown]
# ## Close
#
# The balancer, its listeners and groups, the services and all that they needed go with the lab.

# %% tags=["close"]
await lab.close()

# %% [markdown] tags=["instructor"]
# Put the board and the visitor side by side on the projector, with **Keep sending** pressed.
# At 6.3 ask what changes if one of the three tasks is ill, and what sticky sessions would do.
# At 6.4 let people guess the security group first; then ask what a timeout would have looked like
# (`Target.Timeout`), and what a container that listens on 127.0.0.1 only (`Target.FailedHealthChecks`).
# At 6.5 draw the band on the board with 50 and 150 percent, and count: how many may go first?
# At 6.6 ask for the number before anybody runs it. The rule is half of the desired count, at least three.
