# %% [raw] tags=["header"]
# title: Follow a log
# chapter: 3
# minutes: {teaching: 15, exercises: 30}
# do: Send what containers write to CloudWatch Logs, follow it, and read from it why one stopped.
# objectives:
#   - Send a container's output to a log group.
#   - Find its stream by name.
#   - Read lines as they come, and stop when you have enough.
#   - Read from a log why a container ended, and keep passwords out of definitions.
# keypoints:
#   - Without a log configuration, what a container writes is lost.
#   - A stream is called prefix/container/task-id.
#   - The group must exist, and it keeps lines for ever unless it is told otherwise.
#   - Passwords go into secrets, never into the environment of a definition.
# live_cost: below 0.06 USD; up to four of the smallest tasks for three quarters of an hour, some kB of logs
# stall: The group that does not exist, and a log that is still empty because the task is starting.
# ask: Which of today's lines will you want in a year, and who pays for the others?

# %% [markdown]
# ## Problem
#
# On a machine of your own you look into a file when something went wrong. On Fargate there is no machine
# to log in to, and when a task has stopped its disk is gone.
#
# **Solution.** What a container writes to its standard output can be sent to CloudWatch Logs while it
# runs. One entry in the task definition does that, the *log configuration*. Lines go to a *log group*
# that you choose; every container of every task has a *stream* of its own in it.

# %% tags=["setup"]
from dataclasses import replace

import fargate_kit as fk

lab = await fk.learn.Lab.open(chapter=3)
aws = lab.aws
lab

# %% [markdown]
# ## See it: a container that talks
#
# This task counts aloud for two minutes of Fargate. Its log configuration names a group, and whoever
# writes there needs an execution role: `ecsTaskExecutionRole` is the usual one.

# %% tags=["see"]
newsroom = await aws.create_cluster(lab.name("newsroom"))
await aws.create_log_group(lab.name("/course/demo"), retention_days=1)
count = "for n in $(seq 1 120); do echo tick $n; sleep 1; done"
ticker = await aws.register(
    fk.TaskSpec(
        family=lab.name("ticker"),
        cpu=256,
        memory=512,
        execution_role="ecsTaskExecutionRole",
        containers=[
            fk.ContainerSpec(
                name="main",
                image="busybox",
                command=["sh", "-c", count],
                log_configuration=fk.LogConfiguration.awslogs(
                    lab.name("/course/demo"), region=aws.region
                ),
            )
        ],
    )
)

# %% [markdown]
# Run it and look on. The panel keeps the last lines; the field keeps those that contain a text (try
# `7`), and **Pause** holds the picture still while lines go on coming.

# %% tags=["see"]
talking = await newsroom.run(ticker)
lab.show.log(talking)

# %% [markdown]
# ## Predict: where is it?
#
# ### Exercise 3.1 — predict the stream's name
#
# The stream's name is made of three parts, with slashes between them: the prefix (the SDK takes `ecs`
# where you name none), the container's name, and the id of the task. How is the stream of `talking`
# called? Hand it in as a text: `lab.answer("3.1", f"…")`. `talking.id` is the id.

# %% tags=["exercise"]
### BEGIN SOLUTION
lab.answer("3.1", f"ecs/main/{talking.id}")
### END SOLUTION

# %% tags=["check"]
await lab.check("3.1")

# %% [markdown]
# ## Do it: a log of your own
#
# ### Exercise 3.2 — send a container's output to a group
#
# Make a log group `/course/web`, by `lab.name("/course/web")`, that keeps lines for one day. Then
# register a family `reporter`: like `ticker`, but it writes to that group. `ticker.to_spec()` is a wish
# that you can change.

# %% tags=["exercise"]
### BEGIN SOLUTION
await aws.create_log_group(lab.name("/course/web"), retention_days=1)
spec = ticker.to_spec()
log = fk.LogConfiguration.awslogs(lab.name("/course/web"), region=aws.region)
main = replace(spec.containers[0], log_configuration=log)
reporter = await aws.register(replace(spec, family=lab.name("reporter"), containers=[main]))
### END SOLUTION

# %% tags=["check"]
await lab.check("3.2")

# %% [markdown]
# ### Exercise 3.3 — read until you have enough
#
# `task.logs(follow=True)` gives lines as they come, and ends by itself after the task has. Run
# `reporter` in `newsroom`, take its first 20 lines, leave the loop, and stop the task. Hand the texts
# in as a list: `lab.answer("3.3", texts)`. A line's text is `line.text`.

# %% tags=["exercise"]
### BEGIN SOLUTION
task = await newsroom.run(reporter)
texts = []
async for line in task.logs(follow=True):
    texts.append(line.text)
    if len(texts) == 20:
        break
await task.stop("I have read enough")
lab.answer("3.3", texts)
### END SOLUTION

# %% tags=["check"]
await lab.check("3.3")

# %% [markdown]
# ## Break it: a database that does not stay
#
# Somebody wants a database. It starts, and is gone.

# %% tags=["see"]
log = fk.LogConfiguration.awslogs(
    lab.name("/course/demo"), region=aws.region, stream_prefix="mysql"
)
plain = fk.ContainerSpec(name="db", image="mysql:8", log_configuration=log)
spec = replace(ticker.to_spec(), family=lab.name("database"), memory=1024, containers=[plain])
database = await aws.register(spec)
gone = await (await newsroom.run(database)).wait_stopped()
gone.stopped_reason, gone.exit_code

# %% [markdown]
# ### Exercise 3.4 — ask the log why
#
# The reason says that it ended, and the exit code that it was not happy. The log says why. Read it
# (`async for line in gone.logs()`, or `lab.show([line async for line in gone.logs()])`), and hand in the
# name of a variable that would have helped: `lab.answer("3.4", "…")`.

# %% tags=["exercise"]
### BEGIN SOLUTION
async for line in gone.logs():
    print(line)
lab.answer("3.4", "MYSQL_ROOT_PASSWORD")
### END SOLUTION

# %% tags=["check"]
await lab.check("3.4")

# %% [markdown]
# ## Do it: a password that is not told
#
# Whoever may describe a task definition can read its environment. A *secret* is named there by the ARN
# of its place in Secrets Manager, and Fargate puts its value into the variable when the task starts.
#
# ### Exercise 3.5 — keep the password out
#
# Register another revision of `database` whose container `db` gets the variable `MYSQL_ROOT_PASSWORD`
# from this secret. No password may stand in its environment.

# %% tags=["see"]
secret = f"arn:aws:secretsmanager:{aws.region}:123456789012:secret:database-AbCdEf"

# %% tags=["exercise"]
### BEGIN SOLUTION
safe = replace(plain, secrets={"MYSQL_ROOT_PASSWORD": secret})
await aws.register(replace(spec, containers=[safe]))
### END SOLUTION

# %% tags=["check"]
await lab.check("3.5")

# %% [markdown]
# ## Break it: a log that is nowhere
#
# The last one writes to a group that nobody has made.

# %% tags=["see"]
nowhere = fk.LogConfiguration.awslogs(lab.name("/course/nowhere"), region=aws.region)
mute = replace(ticker.to_spec().containers[0], log_configuration=nowhere)
silent = await aws.register(replace(ticker.to_spec(), family=lab.name("silent"), containers=[mute]))
lost = await (await newsroom.run(silent)).wait_stopped()
lost

# %% [markdown]
# The SDK could have been asked before:

# %% tags=["see"]
print(await aws.check(silent))

# %% [markdown]
# ### Exercise 3.6 — make the silent one speak
#
# With which word does AWS's reason begin? Hand it in with `lab.answer("3.6", "…")`. Then do what is
# missing, with lines that are kept for a day, and run `silent` again until it is running.

# %% tags=["exercise"]
### BEGIN SOLUTION
lab.answer("3.6", "ResourceInitializationError")
await aws.create_log_group(lab.name("/course/nowhere"), retention_days=1)
task = await newsroom.run(silent)
await task.wait_running()
### END SOLUTION

# %% tags=["check"]
await lab.check("3.6")

# %% [markdown]
# ## Then and now
#
# | 2018 | now |
# |---|---|
# | the console's wizard made a group named after the family | you make it, with a retention; or `create_group=True` and a permission for it |
# | one driver on Fargate, `awslogs` | also `splunk` and `awsfirelens` |
# | reload the page to see new lines | follow them, `async for line in task.logs(follow=True)` |
#
# **In practice.** CloudWatch Logs bills what is written and what is kept. A retention costs nothing and
# saves for ever. Passwords in an environment have a way of ending in logs as well.

# %% [markdown]
# ## Close

# %% tags=["close"]
await lab.close()

# %% [markdown] tags=["instructor"]
# Let the panel with the ticking log run on the projector while people read.
# At 3.4 many look into the stopped reason only: ask what a machine could not know, and where it is.
# At 3.5 show the definition of 3.4 with a password in the environment, as JSON, and ask who can see it.
