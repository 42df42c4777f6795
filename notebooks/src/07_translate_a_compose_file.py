# %% [raw] tags=["header"]
# title: Translate a Compose file
# chapter: 7
# minutes: {teaching: 20, exercises: 40}
# do: Turn a Compose file into tasks and a service on Fargate, change them from the file, and take everything down.
# objectives:
#   - Say of each key of a Compose file what becomes of it on Fargate, and why.
#   - Choose what to do about a key that cannot be kept.
#   - Bring a project up, scale it, change it and take it down, all from one file.
#   - Put two containers into one task, so that one waits for the other's health.
# keypoints:
#   - Every key is mapped, altered, ignored or refused; the last three have a reason.
#   - A plan is shown before anything is made, and the same plan again changes nothing.
#   - Containers of one task meet at 127.0.0.1, and start in the order that dependsOn says.
#   - What is made for a project is known by its tags, so that it can be found and taken down.
# live_cost: below 0.10 USD; up to two small tasks with public addresses for an hour
# stall: Names of services that do not resolve within one task, and paths of the own machine.
# ask: Your Compose file has twenty services. Which of them belong into one task, and which do not?

# %% [markdown]
# ## Problem
#
# So far everything was said in Python: the image, the port, the size, the log. Most teams have said it
# already, in the Compose file by which they run the same containers on their laptops. Said twice, it
# will differ soon.
#
# **Solution.** Translate the file. A Compose file describes containers on one machine, and on Fargate
# there is no machine that is yours, so some keys mean the same there, some mean something similar, and
# some cannot be had. A good translation says which is which before it makes anything, and then does
# what the file says, again and again.
#
# Cluster, family, service and log group get their names from the project. Call it `lab.name("blog")`:
# that is `blog`, unless you share the account with others.

# %% tags=["setup"]
import fargate_kit as fk

lab = await fk.learn.Lab.open(chapter=7)
aws = lab.aws
name = lab.name("blog")
lab

# %% [markdown]
# ## See it: a small file
#
# `lab.write()` puts a file into the folder `lab-07` beside this notebook, where you can open it. What you
# change there yourself is put aside under another name, never lost. Nothing is sent by `convert()`: it reads files, and says
# what would become of them.
#
# Point at a line on either side, or go there with the Tab key: what belongs together is marked.

# %% tags=["see"]
small = """
services:
  page:
    image: nginx:1.29
    ports: ["80:80"]
    cpus: 0.25
    hostname: front
"""
hello = lab.write("hello.yaml", small)
choices = fk.compose.Choices(region=aws.region)
fk.compose.convert(fk.compose.ProjectFiles(files=[hello], name="hello"), choices=choices)

# %% [markdown]
# Four verdicts: ● *mapped*, it is the same on Fargate; ◐ *altered*, it is kept in another form or with
# another value; ○ *ignored*, it has no effect there; ✗ *refused*, it cannot be kept, and going on without
# it would be wrong. A last list has what no file says and every task on Fargate needs.
#
# ## Do it: the blog
#
# ### Exercise 7.1 — translate a WordPress file
#
# Write a file `first.yaml` with one service:
#
# | what | value |
# |---|---|
# | service | `web` |
# | image | `wordpress:6.8` |
# | port | 80 |
# | memory | at most 512 MB: the key is `mem_limit` |
# | variable | `WORDPRESS_DB_HOST` is `db.example.com` |
#
# Translate it as a project with your `name`, with `choices` as above. A conversion that nothing stands in
# the way of gives its plan by `.check()`. Hand the plan in: `lab.answer("7.1", plan)`.

# %% tags=["exercise"]
### BEGIN SOLUTION
text = """
services:
  web:
    image: wordpress:6.8
    ports: ["80:80"]
    mem_limit: 512m
    environment:
      WORDPRESS_DB_HOST: db.example.com
"""
first = fk.compose.ProjectFiles(files=[lab.write("first.yaml", text)], name=name)
lab.answer("7.1", fk.compose.convert(first, choices=choices).check())
### END SOLUTION

# %% tags=["check"]
await lab.check("7.1")

# %% [markdown]
# ## Predict: a file with a history
#
# This is the file that the team really has. It has grown on laptops.

# %% tags=["see"]
laptop = """
# The blog, as it runs on everybody's laptop.
services:
  web:
    image: wordpress:6.8
    container_name: our-blog
    restart: unless-stopped
    ports:
      - "8080:80"
    mem_limit: 512m
    environment:
      WORDPRESS_DB_HOST: db.example.com
      WORDPRESS_DB_NAME: blog
    networks: [front]
networks:
  front:
"""
blog = lab.write("blog.yaml", laptop)
print(blog.read_text())

# %% [markdown]
# ### Exercise 7.2 — predict five mappings
#
# What becomes of `image`, `container_name`, `restart`, `ports` and `networks` of the service `web`? Each is
# `"mapped"`, `"altered"`, `"ignored"` or `"refused"`. Hand your prediction in:
# `lab.answer("7.2", {"image": "…", "container_name": "…", …})`.

# %% tags=["exercise"]
### BEGIN SOLUTION
lab.answer(
    "7.2",
    {
        "image": "mapped",
        "container_name": "ignored",
        "restart": "altered",
        "ports": "altered",
        "networks": "ignored",
    },
)
### END SOLUTION

# %% tags=["check"]
await lab.check("7.2")

# %% [markdown]
# And this is what becomes of it. Which reasons had you not thought of?

# %% tags=["see"]
files = fk.compose.ProjectFiles(files=[blog], name=name)
conversion = fk.compose.convert(files, choices=choices)
conversion

# %% [markdown]
# ## Break it: a path of one's own machine
#
# On the laptops, what readers upload lies in a folder beside the file.

# %% tags=["see"]
text = """
services:
  web:
    image: wordpress:6.8
    ports: ["80:80"]
    volumes:
      - ./uploads:/var/www/html/wp-content/uploads
"""
uploads = fk.compose.ProjectFiles(files=[lab.write("uploads.yaml", text)], name=name)
fk.compose.convert(uploads, choices=choices)

# %% [markdown]
# ### Exercise 7.3 — choose the right fix
#
# There are four ways to make the refusal go away:
#
# | | fix | |
# |---|---|---|
# | A | leave the volume out | uploads go to the container's own disk |
# | B | `/srv/uploads:…`, a path from the root | it is still a path of some machine |
# | C | a named volume, `uploads:…`, and `uploads:` below `volumes:` | storage of the task |
# | D | the same, on a file system of EFS: below `volumes:`, `uploads:` is `external: true` with a `name:` | storage of its own |
#
# Uploads must be there tomorrow, when today's task is long gone, and every task of the service must see
# them. Take the fix that gives that. The file system is called `fs-0123456789abcdef0`. Translate the
# mended file and hand its plan in: `lab.answer("7.3", plan)`.

# %% tags=["exercise"]
### BEGIN SOLUTION
text = """
services:
  web:
    image: wordpress:6.8
    ports: ["80:80"]
    volumes:
      - uploads:/var/www/html/wp-content/uploads
volumes:
  uploads:
    external: true
    name: fs-0123456789abcdef0
"""
mended = fk.compose.ProjectFiles(files=[lab.write("mended.yaml", text)], name=name)
lab.answer("7.3", fk.compose.convert(mended, choices=choices).check())
### END SOLUTION

# %% tags=["check"]
await lab.check("7.3")

# %% [markdown]
# ## Do it: up
#
# Back to `blog.yaml`. Its plan is compared with what runs in a cluster, and nothing is changed by that. The
# list has everything that the project needs; whoever makes something in an account wants to see such a
# list first.

# %% tags=["see"]
plan = conversion.check()
difference = await plan.compare(aws, cluster=name)
steps = lab.show.steps(difference)
steps

# %% [markdown]
# ### Exercise 7.4 — bring it up
#
# Do what the difference says: `await difference.apply(aws, on_step=steps)`. It makes one thing after the
# other and waits until the service has its task. The list above follows.

# %% tags=["exercise"]
### BEGIN SOLUTION
project = await difference.apply(aws, on_step=steps)
project
### END SOLUTION

# %% tags=["check"]
await lab.check("7.4")

# %% [markdown]
# The same again changes nothing: whatever is as planned is left alone.

# %% tags=["see"]
await plan.compare(aws, cluster=name)

# %% [markdown]
# ## Do it: scale
#
# A project is found by its name alone, from any machine: its things have tags that say to whom they
# belong. No file on your disk keeps a state.

# %% tags=["see"]
project = await fk.compose.running(aws, name, cluster=name)
project

# %% [markdown]
# ### Exercise 7.5 — scale to two, and list the tasks
#
# Give the service `web` two tasks: `project.scale()` returns the service, which has a `wait_stable()`. Then
# make the list that `ps` makes: for every task of the project its id and its public address, as a
# dictionary. `async for task in project.tasks()` gives the tasks, and a task has a `public_ip()` to be awaited. Hand it in with
# `lab.answer("7.5", …)`.

# %% tags=["exercise"]
### BEGIN SOLUTION
service = await project.scale("web", 2)
await service.wait_stable()
lab.answer("7.5", {task.id: await task.public_ip() async for task in project.tasks()})
### END SOLUTION

# %% tags=["check"]
await lab.check("7.5")

# %% [markdown]
# Everything in this notebook is a line of the command line too. This one is run on the lab's account; in
# a terminal of your own it goes where the standard variables of AWS lead, such as `AWS_ENDPOINT_URL` and
# `AWS_PROFILE`.

# %% tags=["see"]
await lab.show.command(f"fargate-kit compose ps --project-name {name} --cluster {name}")

# %% [markdown]
# ## Do it: a database beside it
#
# Without a database the blog shows its set-up page and no more. For a lesson the database may sit in the
# same task, as a *sidecar*. On a laptop the blog would look for it by the name of its service, `db`. In a
# task, containers share one network interface, and no names are made up: they meet at `127.0.0.1`. (Write
# the number: for a MySQL client the name `localhost` means a file, not the network.)
#
# ### Exercise 7.6 — add a sidecar
#
# Write `with-database.yaml`, which is laid over `blog.yaml`:
#
# - `web` gets `WORDPRESS_DB_HOST` at `127.0.0.1:3306`, and `depends_on` `db` with the condition
#   `service_healthy`;
# - `db` is `mysql:8.4` with at most 512 MB, the variables `MYSQL_DATABASE: blog` and
#   `MYSQL_RANDOM_ROOT_PASSWORD: "1"`, and a `healthcheck` whose `test` is `mysqladmin ping --silent`.
#
# Translate both files together, `files=[blog, with_database]`, and bring the plan up in the same cluster:
# `await plan.up(aws, cluster=name)`. If you compare first, you see what becomes of your second task.

# %% tags=["exercise"]
### BEGIN SOLUTION
text = """
services:
  web:
    environment: {WORDPRESS_DB_HOST: "127.0.0.1:3306"}
    depends_on: {db: {condition: service_healthy}}
  db:
    image: mysql:8.4
    mem_limit: 512m
    environment: {MYSQL_DATABASE: blog, MYSQL_RANDOM_ROOT_PASSWORD: "1"}
    healthcheck: {test: mysqladmin ping --silent, start_period: 1m}
"""
with_database = lab.write("with-database.yaml", text)
both = fk.compose.ProjectFiles(files=[blog, with_database], name=name)
plan = fk.compose.convert(both, choices=choices).check()
difference = await plan.compare(aws, cluster=name)
steps = lab.show.steps(difference)
await difference.apply(aws, on_step=steps)
steps
### END SOLUTION

# %% tags=["check"]
await lab.check("7.6")

# %% [markdown]
# Which container wrote first, and what did the other do meanwhile?

# %% tags=["see"]
project = await fk.compose.running(aws, name, cluster=name)
lab.show([line async for line in project.logs()])

# %% tags=["solution"]
project

# %% [markdown] tags=["solution"]
# The count went back to one. The file says nothing of two tasks, and what a file says, or what it leaves
# to the rule, wins over what was done by hand. If two are wanted, say so in the file:
# `deploy: {replicas: 2}`.

# %% [markdown]
# ## Do it: down
#
# ### Exercise 7.7 — take it down to nothing
#
# `project.down()` deletes what was made for the project, what uses a thing before the thing, and looks again
# at the end. Log groups with lines in them stay, unless you say `logs=True`. Here nothing is to stay.

# %% tags=["exercise"]
### BEGIN SOLUTION
project = await fk.compose.running(aws, name, cluster=name)
print(await project.down(logs=True))
### END SOLUTION

# %% tags=["check"]
await lab.check("7.7")

# %% [markdown]
# ## Then and now
#
# | 2018 | now |
# |---|---|
# | the ECS CLI, with `ecs-params.yml` for what Compose does not know | the ECS CLI is archived; its successor Copilot ended in 2026; `fargate-kit compose` reads both files |
# | `compose service up --create-log-groups` | `compose up`; the usual log group is made, others with `--create-missing` |
# | a key that was not known was passed over in silence | every key has a verdict, with its line |
# | keys of an account typed into `configure profile` | profiles of the AWS configuration files, or `aws sso login` |
#
# **In practice.** Put into one task what must live and die together, and nothing else: a database beside
# the blog is lost with every new task. Let each service be a service of its own otherwise
# (`Topology.SERVICE_EACH`), and give the database a home that stays. Keys and passwords never go into files:
# a course's public repository once had a pair of keys in a text file, and whoever reads such a file has
# the account.

# %% [markdown]
# ## Close
#
# The account is emptied. The files in `lab-07` are yours, and stay.

# %% tags=["close"]
await lab.close()

# %% [markdown] tags=["instructor"]
# Let everybody write their prediction for 7.2 on paper first: `networks` divides a room, `ports` surprises it.
# At 7.3 ask for each of the four fixes what happens at the next deployment.
# At 7.6 ask why the second task is gone, before anybody reads on. Those who are quick may try
# `depends_on` without the health check, and read what refuses it.
