# %% [raw] tags=["header"]
# title: Scale a service
# chapter: 4
# minutes: {teaching: 20, exercises: 40}
# do: Let AWS change how many tasks a service has, by what they have to do, and keep it from flapping.
# objectives:
#   - Set the bounds between which a service is scaled, and a target that it keeps.
#   - Predict how many tasks a load brings, and how long that takes.
#   - Scale in steps, with an alarm, and say when that is the better way.
#   - Recognise a service that flaps, and mend it.
# keypoints:
#   - The bounds decide what the worst day costs; nothing is scaled without them.
#   - Tasks wanted = tasks that run × metric ÷ target, rounded up.
#   - Out is quick and in is slow, on purpose.
#   - What flaps has two thresholds that lie too near; a cooldown alone does not help.
# live_cost: below 0.10 USD; up to four of the smallest tasks with public addresses, for an hour
# stall: Waiting too short (alarms look at whole minutes), and a step policy beside a target on the same metric.
# ask: Your service takes two minutes to start a task. What does that say about its target?

# %% [markdown]
# ## Problem
#
# A service keeps the number of tasks that somebody once wrote down. At noon that is too few, and people
# wait; at night it is too many, and you pay for tasks that do nothing.
#
# **Solution.** *Auto scaling* changes the number for you. CloudWatch measures what the tasks use, minute
# by minute. An *alarm* looks at that number, and a *scaling policy* says what is to be done when the
# alarm goes off: so many tasks more, or fewer, but never beyond the *bounds* that you set.

# %% tags=["setup"]
from datetime import UTC, datetime

import fargate_kit as fk

lab = await fk.learn.Lab.open(chapter=4)
aws = lab.aws
lab

# %% [markdown]
# ## See it: a service with something to do
#
# Names that a whole account shares go through `lab.name("shop")`: in an account of your own that is just
# `shop`, and where a room shares one, your seat stands before it.
#
# The service `web` has two tasks of a web server. Real visitors are not at hand, so the simulator plays
# them: its dial says how much there is to do, in percent of what *one* task may use. 95 % means that two
# tasks are busy to 47.5 % each. On AWS there is no such dial; there the load comes from your visitors.

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
service = await shop.create_service("web", server, desired_count=2, network=network)
service = await service.wait_stable()
panel = lab.show.scaling(service)
panel.load.value = 95
panel

# %% [markdown]
# The picture looks back half an hour of Fargate. Its upper half has the tasks' CPU, a point for every
# minute; the lower half has how many tasks there shall be (**desired**), how many there are
# (**running**), and the load. Leave it in sight: everything below shows up in it.
#
# Turn the load to 180 for a moment, wait for the next points, and turn it back to 95. The tasks get
# busier, and nothing else happens: nobody has said yet that the number may change.

# %% [markdown]
# ## Do it: bounds
#
# ### Exercise 4.1 — set the bounds
#
# Let AWS change the count of `service` between 1 and 4, without any policy for now.
# `service.autoscale(…)` does it, and what it returns is a picture of the service's scaling.

# %% tags=["exercise"]
### BEGIN SOLUTION
scaling = await service.autoscale(1, 4)
scaling
### END SOLUTION

# %% tags=["check"]
await lab.check("4.1")

# %% [markdown]
# AWS calls this a *scalable target*. The maximum is the number to think about: whatever a policy does
# wrong, it cannot cost more than that many tasks.
#
# ## Do it: a target
#
# A *target tracking* policy names a metric and a value, like a thermostat: AWS adds tasks while the
# metric is above the value, and takes some away long after it has fallen below.
#
# ### Exercise 4.2 — keep the CPU near 50 percent
#
# Add such a policy for the CPU, with 50 percent as its target. The bounds stay 1 and 4.
# How many alarms does AWS make for it? The picture of the scaling shows them.

# %% tags=["exercise"]
### BEGIN SOLUTION
scaling = await service.autoscale(1, 4, fk.TargetTracking.cpu(50))
scaling
### END SOLUTION

# %% tags=["check"]
await lab.check("4.2")

# %% [markdown]
# Look at the two alarms. The high one wants three minutes in a row, the low one fifteen: too few tasks
# hurt at once, too many only cost a little. Alarms like these have been seen on AWS for years, though
# AWS does not promise their numbers.
#
# ## Predict, then push
#
# ### Exercise 4.3 — predict what a load brings
#
# Two tasks run. Now the load is 180, so each of them is at 90 percent. To how many tasks will scaling go
# with a target of 50? The rule of thumb is *tasks that run × metric ÷ target*, rounded up. Hand your
# number in: `lab.answer("4.3", number)`.
#
# Then turn the dial to 180 and watch. It takes about three and a half minutes of Fargate, ten seconds at
# the lab's usual speed, because the alarm wants its three minutes.
#
# To wait in a cell, follow what scaling does. Note the moment *before* you turn the dial: the loop ends
# with the first change after it.
#
# ```python
# began = datetime.now(UTC)
# panel.load.value = 180
# async for activity in scaling.activities(follow=True, since=began):
#     print(activity)
#     break
# service = await service.wait_stable()
# ```

# %% tags=["exercise"]
### BEGIN SOLUTION
lab.answer("4.3", 4)
began = datetime.now(UTC)
panel.load.value = 180
async for activity in scaling.activities(follow=True, since=began):
    print(activity)
    break
service = await service.wait_stable()
service
### END SOLUTION

# %% tags=["check"]
await lab.check("4.3")

# %% [markdown]
# Four tasks share 180 percent, 45 each: just below the target, as it was meant.
#
# ## Do it: in steps
#
# Before target tracking there were alarms and *steps*, and some things still need them: "a queue of a
# thousand messages is ten workers, at once". A step policy says what to do at which value of the metric.
# The SDK makes the alarm with it.
#
# Two policies on one metric pull at one rope, so the target goes first: `scaling.remove_policy("cpu")`.
#
# ### Exercise 4.4 — scale in steps
#
# 1. Take the target away, and set the count back to two by hand: `service.scale(2)`. The load stays 180.
# 2. Put a step policy: from 70 percent of CPU on one task more, from 85 on two. Have its alarm look at
#    one minute instead of three: `fk.StepScaling.cpu(above={…}, minutes=1)`. The bounds stay.
# 3. Wait until that policy has set the count to 4 (half a minute to two minutes of Fargate).

# %% tags=["exercise"]
### BEGIN SOLUTION
scaling = await scaling.remove_policy("cpu")
service = await service.scale(2)
began = datetime.now(UTC)
scaling = await service.autoscale(1, 4, fk.StepScaling.cpu(above={70: 1, 85: 2}, minutes=1))
async for activity in scaling.activities(follow=True, since=began):
    print(activity)
    break
service = await service.wait_stable()
scaling
### END SOLUTION

# %% tags=["check"]
await lab.check("4.4")

# %% [markdown]
# ## Break it: in a hurry
#
# Somebody found all that too slow. Their policies add a task at 70 percent and take one away at 60, both
# after a single minute and without any cooldown. The load is 150. This cell puts them, and waits for four
# changes: about four minutes of Fargate. Watch the panel meanwhile.

# %% tags=["see"]
scaling = await service.autoscale(1, 4)
for policy in scaling.policies:
    scaling = await scaling.remove_policy(policy.name)
panel.load.value = 150
more = fk.StepScaling.cpu(above={70: 1}, minutes=1, cooldown=0)
fewer = fk.StepScaling.cpu(below={60: -1}, minutes=1, cooldown=0)
began = datetime.now(UTC)
scaling = await service.autoscale(1, 4, more, fewer)
changes = []
async for activity in scaling.activities(follow=True, since=began):
    changes.append(activity)
    if len(changes) == 4:
        break
fk.learn.show(changes)

# %% [markdown]
# It never comes to rest. This is *flapping*: two tasks at 75 percent are one too few, three at 50 are one
# too many. Every change starts or stops a task, which costs money and throws visitors out, and none of
# them does any good.
#
# ### Exercise 4.5 — stop the flapping
#
# Mend it, so that scaling makes fewer than three changes in ten minutes while the load stays 150. The
# service must still be able to grow and to shrink by itself.
#
# Which number is wrong? You may try a cooldown first. One of five minutes after each change
# (`cooldown=300`) sounds right, but look what comes of it: the cooldown of a scale-in holds back another
# scale-in, and never a scale-out, which even ends it. What else is there? Calculate what CPU three tasks
# will have, and what a policy would make of that.
#
# A policy of the same name replaces the one that is there: `cpu-above` and `cpu-below` are the names that
# the SDK gives. Then let ten quiet minutes pass, half a minute at the lab's usual speed:
# `await scaling.wait_quiet(600, timeout=1800)`. If it flaps all the same, that ends with a `WaitTimeout`
# after thirty.

# %% tags=["exercise"]
### BEGIN SOLUTION
scaling = await service.autoscale(1, 4, fk.StepScaling.cpu(below={30: -1}, minutes=3))
scaling = await scaling.wait_quiet(600, timeout=1800)
scaling
### END SOLUTION

# %% tags=["check"]
await lab.check("4.5")

# %% [markdown] tags=["solution"]
# Three tasks at 150 percent are at 50 each. If a policy takes one away at 60, the two that stay are at
# 75, and the other policy adds one again. So the lower threshold must lie below what is left *after* a
# task was added: with 30 it goes back only if two tasks could really do the work (2 × 30 ÷ 1 is 60,
# still below 70). `fk.TargetTracking.cpu(60)` instead of both policies is as good: it calculates before
# it takes a task away.

# %% [markdown]
# ## Do it: back to a fixed count
#
# ### Exercise 4.6 — scale it no more
#
# Take the service out of auto scaling, with all policies and alarms, and give it two tasks for good.
# `await service.scaling()` gives its scaling; what verb ends that? Wait until two tasks run.

# %% tags=["exercise"]
### BEGIN SOLUTION
scaling = await service.scaling()
await scaling.remove()
service = await service.scale(2)
service = await service.wait_stable()
service
### END SOLUTION

# %% tags=["check"]
await lab.check("4.6")

# %% [markdown]
# ## Then and now
#
# | 2018 | now |
# |---|---|
# | an alarm and a step policy, put together by hand | a target, and AWS keeps the alarms |
# | a role `ecsAutoscaleRole` for it | a service-linked role that AWS makes by itself |
# | the count was given with every deployment | `deploy()` leaves a scaled count alone |
#
# **In practice.** Real CPU takes minutes to rise, tasks a minute or two to start, and alarms want three
# minutes more: scaling is no answer to a crowd that comes within seconds. Keep a target low enough that
# what runs can carry on until help is there, and raise the minimum by the clock (`fk.Schedule`) where you
# know when the crowd comes.

# %% [markdown]
# ## Close

# %% tags=["close"]
await lab.close()

# %% [markdown] tags=["instructor"]
# Keep the panel on the projector for the whole chapter, and turn the dial yourself while people read.
# At 4.3 collect predictions for 180, then ask for 350: the maximum answers, not the rule of thumb.
# At 4.5 let somebody try the cooldown in front of all: that it does not help is what people remember.
# Ask afterwards which two numbers must never lie near each other, and why a target has only one.
