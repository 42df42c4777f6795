# %% [raw] tags=["header"]
# title: Find your way
# chapter: 0
# minutes: {teaching: 10, exercises: 15}
# do: Open a simulated account, read checks, make a first cluster, and leave nothing behind.
# objectives:
#   - Run cells that wait, and know why they do not block.
#   - Read a check, and use its hints.
#   - Tell a simulated account from a live one, and know how to stop.
# keypoints:
#   - Everything that can block is awaited.
#   - A resource is a frozen picture; a verb gives the next one.
#   - A check looks at the account, never at your variables.
#   - The last cell takes everything down and proves it.
# live_cost: nothing; clusters and log groups without lines are free
# stall: Forgetting an await, and running a later cell before the lab is open.
# ask: What would your bill be if this notebook had run on AWS and nobody had closed it?

# %% [markdown]
# ## Problem
#
# Amazon ECS starts containers, and Fargate gives them machines that you never see. To learn both one
# has to make things and break them. On a live account that takes credentials, a budget, and courage.
#
# **Solution.** This course begins on a *simulated* account. It lives inside this notebook's kernel
# and answers AWS's own API: what you write here is the code that runs on AWS. Tasks go through the
# same states, addresses come from the same ranges, and errors are told in the same words. What you
# make here costs nothing and cannot hurt anybody.
#
# The course is nine notebooks long; those that are there now:
#
# <!-- course map -->

# %% [markdown]
# ## Open the lab
#
# The next cell does everything that has to be there first. If you restart the kernel, the simulated
# account is gone, and this is the cell to run again. Running it twice does no harm.

# %% tags=["setup"]
import time

import fargate_kit as fk

lab = await fk.learn.Lab.open(chapter=0)
aws = lab.aws
lab

# %% [markdown]
# The badge in the corner says where something happened: `◇ simulated`, or `● live AWS`. Every picture
# of the course has it. What the simulated account does and does not do:
#
# | part | in this course |
# |---|---|
# | ECS: clusters, revisions, tasks, services, their states, times and events | simulated, in Fargate's order and with its texts |
# | networks: subnets, interfaces, addresses, security groups, what can be reached | simulated |
# | CloudWatch Logs | simulated |
# | what a container does | simulated by its image's name; a shell script in the command is run by a small shell |
# | prices | AWS's list prices with their date; nothing is billed |
# | how long things take | in the range of AWS's own examples, which AWS does not promise |

# %% [markdown]
# ## See it: waiting without blocking
#
# A notebook lets a cell `await`: while AWS thinks, the kernel is free for other work. `aws` is a
# connection, the object of the SDK that everything begins with. This asks it for the network that an
# account has from the start.

# %% tags=["see"]
network = await aws.default_network()
network

# %% [markdown]
# ### Exercise 0.1 — await an answer
#
# How many subnets does that network have? Ask again yourself, count them in Python, and hand the
# number in: `lab.answer("0.1", number)`. (What happens if you leave the `await` out?)

# %% tags=["exercise"]
### BEGIN SOLUTION
network = await aws.default_network()
lab.answer("0.1", len(network.subnets))
### END SOLUTION

# %% tags=["check"]
await lab.check("0.1")

# %% [markdown]
# ## Names
#
# Some names must be unique in an account: those of clusters, log groups, task families, security groups,
# roles. Here you write them as `lab.name("shop")`. In an account of your own that is just `shop`. Where
# a room shares one account, it is `seat07-shop`, so that nobody deletes what a neighbour has made. The
# course calls the thing `shop` in its text all the same.

# %% tags=["see"]
lab.name("shop")

# %% [markdown]
# ## Do it: let a check lead you
#
# Below an exercise there is always a check. It lists what it looked for, and what it saw. If something
# is missing you can open two hints: the first points, the second nearly tells.
#
# ### Exercise 0.2 — read a check
#
# This time the task is told nowhere but in the check. Run the check first, read what it misses, and
# make that here. `aws.` and the Tab key show what a connection can do.

# %% tags=["exercise"]
### BEGIN SOLUTION
await aws.create_log_group(lab.name("/course/first"), retention_days=1)
### END SOLUTION

# %% tags=["check"]
await lab.check("0.2")

# %% [markdown]
# ### Exercise 0.3 — make a cluster and delete it
#
# A cluster is what tasks run in. Make one that is called `orientation`, that is
# `lab.name("orientation")`, and delete it again.

# %% tags=["exercise"]
### BEGIN SOLUTION
cluster = await aws.create_cluster(lab.name("orientation"))
await cluster.delete()
### END SOLUTION

# %% tags=["check"]
await lab.check("0.3")

# %% [markdown]
# ## Predict: a picture does not change
#
# What you get from AWS is a picture of one moment. The next cell takes such a picture, and deletes the
# cluster right after that.

# %% tags=["see"]
before = await aws.create_cluster(lab.name("picture"))
after = await before.delete()
after.status

# %% [markdown]
# ### Exercise 0.4 — predict what an old picture says
#
# `after.status` is on your screen. What is `before.status`? Decide, then hand your prediction in as a
# text: `lab.answer("0.4", "…")`.

# %% tags=["exercise"]
### BEGIN SOLUTION
lab.answer("0.4", "ACTIVE")
### END SOLUTION

# %% tags=["check"]
await lab.check("0.4")

# %% [markdown]
# Now look: both pictures are still there, and each says what was true when it was taken.

# %% tags=["see"]
before.status, after.status

# %% [markdown]
# ## Predict: the dial
#
# A task on Fargate takes half a minute to start. Nobody wants to wait for that a hundred times, so the
# account's time runs faster than yours, and everything that waits follows it. On live AWS the dial is
# not there: `lab.speed` is 1.

# %% tags=["see"]
lab.speed

# %% [markdown]
# ### Exercise 0.5 — predict the dial
#
# How many of *your* seconds will the cell after the check take, which waits for 60 seconds of Fargate?
# Hand the number in: `lab.answer("0.5", seconds)`.

# %% tags=["exercise"]
### BEGIN SOLUTION
lab.answer("0.5", 60 / lab.speed)
### END SOLUTION

# %% tags=["check"]
await lab.check("0.5")

# %% tags=["see"]
began = time.monotonic()
await aws.clock.sleep(60)
f"{time.monotonic() - began:.1f} s"

# %% [markdown]
# ## Break it: an error is an explanation
#
# A name that no cluster can have. Read the message to its end: it says what was wrong, what would be
# allowed, and what to do. Nothing was sent to AWS.

# %% tags=["see"]
try:
    await aws.create_cluster("my first cluster!")
except fk.InvalidSpec as error:
    print(error)

# %% [markdown]
# ## Leave nothing behind
#
# Somebody has been here and left in a hurry:

# %% tags=["see"]
await aws.create_cluster(lab.name("forgotten"))
await aws.create_log_group(lab.name("/course/forgotten"))
await lab.left()

# %% [markdown]
# ### Exercise 0.6 — leave nothing behind
#
# Find what is in the account and was not there at the beginning, and delete it: what was forgotten, and
# what you made yourself in 0.2.

# %% tags=["exercise"]
### BEGIN SOLUTION
forgotten = await aws.cluster(lab.name("forgotten"))
await forgotten.delete()
for name in ("/course/forgotten", "/course/first"):
    await aws.delete_log_group(lab.name(name))
### END SOLUTION

# %% tags=["check"]
await lab.check("0.6")

# %% [markdown]
# ## Then and now
#
# A guide of 2018 had you click through the console's wizard, and take a screenshot of every step to
# find your way. Wizards come and go; the API that they call has stayed the same since, and that is what
# you use here.
#
# **The same on AWS.** Every notebook also runs on a live account, behind a switch that nobody turns by
# accident: `docs/how-to/run-the-course-on-aws.md` says how. Do the course in simulation first.
#
# **In practice.** On a live account the connection is `await fk.connect(region="eu-west-1")`, and
# credentials come from where every AWS tool finds them. Keys never go into a notebook or a file of a
# repository.

# %% [markdown]
# ## Close
#
# The last cell takes down what the lab has made, and looks again. If anything were left it would say so
# in red.

# %% tags=["close"]
await lab.close()

# %% [markdown] tags=["instructor"]
# Have everybody run the first two code cells together, and wait until each screen shows the badge.
# Exercise 0.2 is the one that teaches the course's way of working: let people fail it loudly.
# Exercise 0.4 is worth a show of hands before anybody runs it.
