# %% [raw] tags=["header"]
# title: Grant a permission
# chapter: 5
# minutes: {teaching: 25, exercises: 35}
# do: Read and write policies, give a task its two roles, and explain a denial.
# objectives:
#   - Read a policy, and mend one that IAM refuses.
#   - Tell the execution role from the task role.
#   - Write a policy that allows what is needed and nothing else.
#   - Explain a denial, and name the permission that is missing.
# keypoints:
#   - What no statement allows is denied; what a statement denies, nothing allows again.
#   - The execution role is ECS's, before and around your code; the task role is your code's.
#   - Who starts a task with a role must be allowed to pass that role.
#   - Roles are taken for an hour; keys that stay are keys that leak.
# live_cost: below 0.02 USD; roles and policies are free, two of the smallest tasks run for a quarter of an hour
# stall: Which of the two roles it is, and a RunTask that is denied because of PassRole.
# ask: Your task reads a secret when it starts, and another one at noon. Which role needs what?

# %% [markdown]
# ## Problem
#
# Whatever runs with the permissions of an administrator can do everything that an administrator can,
# and so can whoever breaks into it. Whatever runs with too little stops in the night with a denial that
# nobody understands.
#
# **Solution.** IAM decides every single call. *Who* asks has *policies*; a policy is a list of
# *statements*; a statement allows or denies *actions* on *resources*. On Fargate there are two roles to
# keep apart. The *execution role* is what ECS has in order to start and serve your task. The *task role*
# is what your code has while it runs. And you, or your pipeline, are a third: who may start it at all.

# %% tags=["setup"]
from dataclasses import replace

import fargate_kit as fk

lab = await fk.learn.Lab.open(chapter=5)
aws = lab.aws
lab

# %% [markdown]
# Names of clusters, families and roles are an account's own, and accounts may be shared. So this
# notebook asks the lab for them: `lab.name("shop")` is `shop`, unless several people sit in one account.
#
# The lab itself is this account's administrator. Everybody else is held against policies, as on AWS.

# %% tags=["see"]
shop = await aws.create_cluster(lab.name("shop"))
root = shop.arn.rpartition(":")[0]
root

# %% [markdown]
# ## Do it: read a policy
#
# A policy is a JSON document. IAM takes it whole or not at all. This one came with a mail:

# %% tags=["see"]
text = """
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "ReadTheLog",
      "Effect": "Allow",
      "Action": [
        "logs:GetLogEvents"
        "logs:FilterLogEvents"
      ],
      "Resource": "arn:aws:logs:us-east-1:123456789012:log-group:/shop/web:*"
    },
    {
      "Sid": "LookAtTasks",
      "Effect": "Allow",
      "Actions": ["ecs:ListTasks", "ecs:DescribeTasks"],
      "Resource": "*"
    }
  ]
}
"""
lab.show.policy(text)

# %% [markdown]
# ### Exercise 5.1 — repair a policy
#
# Repair it, so that IAM would take it and it allows what its author meant, and hand the text in:
# `lab.answer("5.1", text)`. A document that is no JSON hides whatever else is wrong in it, so look
# again after each repair: `lab.show.policy(text)`.

# %% tags=["exercise"]
### BEGIN SOLUTION
text = text.replace('"logs:GetLogEvents"\n', '"logs:GetLogEvents",\n')
text = text.replace('"Actions"', '"Action"')
lab.answer("5.1", text)
### END SOLUTION

# %% tags=["check"]
await lab.check("5.1")

# %% [markdown]
# ## See it: ask a policy
#
# Two roles for people: a visitor, who may look at everything in ECS, and somebody who keeps photos. The
# panel asks what they may do. Choose who, an action and a resource, and read which statement decided.
# Can the visitor run a task? Whose photos can the keeper read?

# %% tags=["see"]
look = {"Effect": "Allow", "Action": ["ecs:Describe*", "ecs:List*"], "Resource": "*"}
read = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::photos/public/*"}
visitor = await aws.create_role(lab.name("visitor"), statements=[look])
keeper = await aws.create_role(lab.name("photo-keeper"), statements=[look, read])
photos = ["arn:aws:s3:::photos/public/cat.jpg", "arn:aws:s3:::photos/private/me.jpg"]
await lab.show.policies(visitor, keeper, resources=[shop.arn, *photos])

# %% [markdown]
# Every question has one of three answers. *Allowed*: a statement allows it, and none denies it.
# *Implicitly denied*: no statement speaks of it. *Explicitly denied*: a statement denies it.
#
# A role is no user: somebody has to take it. `aws.assume()` does that, and gives a connection that may do
# what the role may do. Its keys end after an hour, and nobody ever sees them.

# %% tags=["see"]
as_visitor = await aws.assume(visitor)
print([cluster.name async for cluster in as_visitor.clusters()])
try:
    await as_visitor.create_cluster(lab.name("mine"))
except fk.Denied as error:
    print(error)

# %% [markdown]
# ## Break it: a role that ECS cannot take
#
# This task writes a log, and for that ECS needs an execution role. Somebody gives it the first role that
# comes to hand.

# %% tags=["see"]
await aws.create_log_group(lab.name("/shop/count"), retention_days=1)
count = fk.ContainerSpec(
    name="main",
    image="busybox",
    command=["sh", "-c", "for n in $(seq 1 900); do echo $n; sleep 1; done"],
    log_configuration=fk.LogConfiguration.awslogs(lab.name("/shop/count"), region=aws.region),
)
spec = fk.TaskSpec(family=lab.name("counter"), cpu=256, memory=512, containers=[count])
wrong = await aws.register(replace(spec, execution_role=visitor))
lost = await (await shop.run(wrong)).wait_stopped()
lost.stopped_reason

# %% [markdown]
# Two things decide over a role: its *trust policy* says who may take it, its other policies say what it
# may do then. The visitor's trust policy names this account, and not ECS.

# %% tags=["see"]
lab.show(visitor)

# %% [markdown]
# ### Exercise 5.2 — make an execution role
#
# Make a role that is called `lab.name("shop-execution")`. ECS may take it for tasks, and the managed
# policy `AmazonECSTaskExecutionRolePolicy` is attached to it. Then register `counter` with that role, and
# run it in `shop` until it is running. (`aws.create_execution_role(spec, name, policies=[…])`
# knows whom to trust.)

# %% tags=["see"]
managed = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"

# %% tags=["exercise"]
### BEGIN SOLUTION
role = await aws.create_execution_role(spec, lab.name("shop-execution"), policies=[managed])
counter = await aws.register(replace(spec, execution_role=role))
task = await shop.run(counter)
await task.wait_running()
### END SOLUTION

# %% tags=["check"]
await lab.check("5.2")

# %% [markdown]
# ## Predict: which role?
#
# Each card is something that happens around a task. Either ECS does it, with the execution role, or your
# code does it, with the task role.
#
# | card | what happens |
# |---|---|
# | A | the image comes out of a private repository of Amazon ECR |
# | B | the program asks S3 for a photo |
# | C | what the container prints gets to its log stream |
# | D | a secret is in the variable `PASSWORD` when the program starts |
# | E | at noon the program asks Secrets Manager for another secret |
# | F | the program puts an order into a queue |
#
# ### Exercise 5.3 — deal six cards
#
# Hand in the cards of the *execution role*, as a list of letters: `lab.answer("5.3", ["…", …])`. The
# others are the task role's.

# %% tags=["exercise"]
### BEGIN SOLUTION
lab.answer("5.3", ["A", "C", "D"])
### END SOLUTION

# %% tags=["check"]
await lab.check("5.3")

# %% [markdown]
# Now see it for a definition that needs nearly all of that. Read it from left to right: the execution
# role works before your code, and beside it; the task role works only while your code runs.

# %% tags=["see"]
order = fk.ContainerSpec(
    name="main",
    image=f"123456789012.dkr.ecr.{aws.region}.amazonaws.com/orders:7",
    secrets={"PASSWORD": f"arn:aws:secretsmanager:{aws.region}:123456789012:secret:orders-AbCdEf"},
    log_configuration=fk.LogConfiguration.awslogs("/shop/orders", region=aws.region),
)
lab.show.roles(
    fk.TaskSpec(
        family="orders",
        cpu=256,
        memory=512,
        execution_role="orders-execution",
        task_role="orders-app",
        containers=[order],
    )
)

# %% [markdown]
# ## Do it: the least that is enough
#
# A pipeline shall do what you did in chapter 2. These are all the calls that it makes, and four that it
# must never make. In ARNs, `root` stands for what you saw above, and `shop`, `server` and `payroll` for
# `lab.name("shop")` and so on.
#
# | | action | on |
# |---|---|---|
# | ✔ | `ecs:RegisterTaskDefinition`, `ecs:RunTask` | `{root}:task-definition/server:*` |
# | ✔ | `ecs:DescribeTasks`, `ecs:StopTask` | tasks in `shop`: `{root}:task/shop/*` |
# | ✔ | `ecs:CreateService`, `ecs:UpdateService`, `ecs:DeleteService` | services in `shop`: `{root}:service/shop/*` |
# | ✔ | `ecs:ListTasks` | `*` |
# | ✘ | `ecs:RunTask` | the family `payroll` |
# | ✘ | `ecs:StopTask` | tasks in the cluster `payroll` |
# | ✘ | `ecs:DeleteService` | services in the cluster `payroll` |
# | ✘ | `ecs:DeleteCluster` | the cluster `shop` |
#
# ### Exercise 5.4 — write the least policy
#
# Make a role `lab.name("deployer")` for people, with statements that allow the eight calls and none of
# the four. A list of statements can be asked before anybody has it:
# `await lab.show.policies(fk.Policy.from_document({"Version": "2012-10-17", "Statement": […]}))`.

# %% tags=["exercise"]
### BEGIN SOLUTION
server, cluster = lab.name("server"), lab.name("shop")
statements = [
    {
        "Effect": "Allow",
        "Action": ["ecs:RegisterTaskDefinition", "ecs:RunTask"],
        "Resource": f"{root}:task-definition/{server}:*",
    },
    {
        "Effect": "Allow",
        "Action": ["ecs:DescribeTasks", "ecs:StopTask"],
        "Resource": f"{root}:task/{cluster}/*",
    },
    {
        "Effect": "Allow",
        "Action": ["ecs:CreateService", "ecs:UpdateService", "ecs:DeleteService"],
        "Resource": f"{root}:service/{cluster}/*",
    },
    {"Effect": "Allow", "Action": "ecs:ListTasks", "Resource": "*"},
]
await aws.create_role(lab.name("deployer"), statements=statements)
### END SOLUTION

# %% tags=["check"]
await lab.check("5.4")

# %% [markdown]
# ## Break it: all that RunTask needs, and still no task
#
# A colleague takes the role `runner`. It may run every task in the account, and tag it, as the SDK does
# with all that it makes. What it runs has an execution role.

# %% tags=["see"]
start = {
    "Effect": "Allow",
    "Action": ["ecs:RunTask", "ecs:TagResource", "ec2:Describe*"],
    "Resource": "*",
}
runner = await aws.create_role(lab.name("runner"), statements=[look, start])
execution = await aws.create_execution_role(spec, lab.name("nightly-execution"))
nightly = await aws.register(replace(spec, family=lab.name("nightly"), execution_role=execution))
as_runner = await aws.assume(runner, session_name="colleague")
his_shop = await as_runner.cluster(shop.name)
try:
    await his_shop.run(nightly, started_by="5.5")
except fk.Denied as error:
    print(error)

# %% [markdown]
# ### Exercise 5.5 — allow what is missing
#
# Which action is missing? Hand it in: `lab.answer("5.5", "service:Action")`. Then give it to `runner`, on
# that one execution role and on no other (`execution.arn` is its ARN): the same call that made the role
# brings it in line with further statements. At last run `nightly` as the runner, `his_shop.run(…)` with
# `started_by="5.5"`, until it is running.

# %% tags=["exercise"]
### BEGIN SOLUTION
lab.answer("5.5", "iam:PassRole")
hand_over = {
    "Effect": "Allow",
    "Action": "iam:PassRole",
    "Resource": execution.arn,
    "Condition": {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
}
await aws.create_role(lab.name("runner"), statements=[look, start, hand_over])
task = await his_shop.run(nightly, started_by="5.5")
await task.wait_running()
### END SOLUTION

# %% tags=["check"]
await lab.check("5.5")

# %% [markdown]
# Why is this a permission of its own? Who may hand any role to a task can run a task with any role, and
# so do whatever any role may do.
#
# What we say of policies is our own reading of IAM's rules. IAM has a simulator as well, and both can be
# asked at once. (Here the simulated account answers, by the same rules as ours; on AWS it is AWS's word
# against ours, row by row.)

# %% tags=["see"]
to_tasks = {"iam:PassedToService": "ecs-tasks.amazonaws.com"}
answers = await runner.simulate(["ecs:RunTask", "ecs:DeleteTaskDefinitions"], nightly.arn)
answers += await runner.simulate("iam:PassRole", [execution.arn, runner.arn], to_tasks)
lab.show(answers)

# %% [markdown]
# ## Predict: a deny
#
# The role `housekeeper` may do everything in ECS. One more statement keeps it from deleting clusters.

# %% tags=["see"]
everything = {"Sid": "Everything", "Effect": "Allow", "Action": "ecs:*", "Resource": "*"}
careful = {
    "Sid": "KeepClusters",
    "Effect": "Deny",
    "Action": "ecs:DeleteCluster",
    "Resource": f"{root}:cluster/*",
}
sandbox = await aws.create_cluster(lab.name("sandbox"))
payroll = await aws.create_cluster(lab.name("payroll"))
housekeeper = await aws.create_role(lab.name("housekeeper"), statements=[everything, careful])
as_housekeeper = await aws.assume(housekeeper)
try:
    await (await as_housekeeper.cluster(sandbox.name)).delete()
except fk.Denied as error:
    print(error)

# %% [markdown]
# ### Exercise 5.6 — get past a deny
#
# Somebody proposes a third statement, which allows `ecs:DeleteCluster` on `sandbox` by its full ARN.
# Would the housekeeper then be allowed to delete `sandbox`? Hand in `lab.answer("5.6", True)` or `False`.
#
# Then change the role, so that it can delete `sandbox` and everything else but `payroll`, which stays
# explicitly denied. Take care to change no other statement than `careful`. At last delete `sandbox` as
# the housekeeper.

# %% tags=["exercise"]
### BEGIN SOLUTION
lab.answer("5.6", False)
narrow = {**careful, "Resource": payroll.arn}
await aws.create_role(lab.name("housekeeper"), statements=[everything, narrow])
await (await as_housekeeper.cluster(sandbox.name)).delete()
### END SOLUTION

# %% tags=["check"]
await lab.check("5.6")

# %% tags=["see"]
lab.show(await housekeeper.explain("ecs:DeleteCluster", payroll.arn))

# %% [markdown]
# ## Then and now
#
# | 2018 | now |
# |---|---|
# | a user with a key pair that is pasted into a configuration | roles that are taken for an hour; people sign in, pipelines bring their own identity |
# | a role made by hand for auto scaling, `ecsAutoscaleRole` | a service-linked role, made by the service itself |
# | policies tried out by being denied | asked before: `role.explain()`, and `role.simulate()` for IAM's own word |
#
# **In practice.** A key pair in a repository is soon found by those who look for nothing else, and public
# examples still have some. This chapter makes seven roles and takes three of them, and no key is ever
# written down. Begin with nothing, read the denial, add what it names: that is slower for an hour, and
# safer for years.

# %% [markdown]
# ## Close

# %% tags=["close"]
await lab.close()

# %% [markdown] tags=["instructor"]
# Draw three people on the board: you, ECS, the program. Every question of the chapter is "who of them?".
# Exercise 5.3 goes well with real cards, dealt out to pairs; D against E is where the talk begins.
# At 5.4 many write `"Resource": "*"` and pass the eight: let the check tell them of the four.
# At 5.5 read the denial aloud, word by word: it names who, what and on which role.
# In an account that a room shares, start it with `fargate-kit sim --enforce-iam`: otherwise nobody is denied.
