// Roll a service out with the AWS SDK for JavaScript, and print what it saw as JSON.

"use strict";

const ecsSdk = require("@aws-sdk/client-ecs");
const logsSdk = require("@aws-sdk/client-cloudwatch-logs");

const [cluster, subnet, groupArn] = process.argv.slice(2);
const ecs = new ecsSdk.ECSClient({});
// Nobody is called stream-127.0.0.1.
const logs = new logsSdk.CloudWatchLogsClient({ disableHostPrefix: true });
const patience = { client: ecs, maxWaitTime: 60, minDelay: 1, maxDelay: 1 };
const network = { awsvpcConfiguration: { subnets: [subnet], assignPublicIp: "ENABLED" } };

async function refusal(action) {
  try {
    await action();
    return null;
  } catch (error) {
    return { name: error.name, status: error.$metadata?.httpStatusCode ?? null };
  }
}

async function firstLine() {
  const answer = await logs.send(
    new logsSdk.StartLiveTailCommand({ logGroupIdentifiers: [groupArn] }),
  );
  let started = false;
  for await (const event of answer.responseStream) {
    started ||= event.sessionStart !== undefined;
    const [line] = event.sessionUpdate?.sessionResults ?? [];
    if (line !== undefined) {
      return { started, message: line.message };
    }
  }
  return { started, message: null };
}

async function main() {
  const service = { cluster, service: "js", taskDefinition: cluster };
  const created = await ecs.send(
    new ecsSdk.CreateServiceCommand({
      cluster,
      serviceName: "js",
      taskDefinition: cluster,
      desiredCount: 3,
      launchType: "FARGATE",
      networkConfiguration: network,
    }),
  );
  const named = { cluster, services: ["js"] };
  const stable = await ecsSdk.waitUntilServicesStable(patience, named);
  const arns = [];
  const pages = ecsSdk.paginateListTasks({ client: ecs, pageSize: 2 }, { cluster });
  for await (const page of pages) {
    arns.push(...page.taskArns);
  }
  const running = await ecsSdk.waitUntilTasksRunning(patience, { cluster, tasks: arns });
  const line = await firstLine();
  await ecs.send(new ecsSdk.DeleteServiceCommand({ ...service, force: true }));
  const inactive = await ecsSdk.waitUntilServicesInactive(patience, named);
  const stopped = await ecsSdk.waitUntilTasksStopped(patience, { cluster, tasks: arns });
  const missing = { cluster, services: ["nothing"] };
  const report = {
    createdAt: created.service.createdAt instanceof Date,
    stable: stable.state,
    tasks: arns.length,
    running: running.state,
    line,
    inactive: inactive.state,
    stopped: stopped.state,
    missing: await refusal(() => ecsSdk.waitUntilServicesStable(patience, missing)),
    nowhere: await refusal(() =>
      ecs.send(new ecsSdk.ListTasksCommand({ cluster: "nowhere" })),
    ),
  };
  console.log(JSON.stringify(report));
  process.exit(0);
}

main();
