"""What a connection does with logs."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import datetime, timedelta

from fargate_kit.core.session import Session
from fargate_kit.logs import logs
from fargate_kit.model.values import LogLine

__all__ = ["LogVerbs"]


class LogVerbs:
    """Make, delete, read and follow log groups."""

    _session: Session

    async def create_log_group(
        self,
        name: str,
        *,
        retention_days: int | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> bool:
        """Make sure that a log group is there, for the awslogs driver to write to.

        Args:
            retention_days: One of the numbers that CloudWatch Logs takes; a group that is there
                with another gets this one. None keeps for ever what a new group gets, and leaves
                one that is there as it is.

        Returns:
            Whether it was made just now.

        Calls:
            logs:CreateLogGroup; with a retention logs:PutRetentionPolicy, and
            logs:DescribeLogGroups where the group was there
        """
        return await logs.create_log_group(
            self._session, name, retention_days=retention_days, tags=tags
        )

    def logs(
        self,
        group: str,
        *,
        streams: Sequence[str] | None = None,
        prefix: str | None = None,
        follow: bool = False,
        since: datetime | timedelta | None = None,
        until: datetime | None = None,
        pattern: str | None = None,
        live: bool = False,
    ) -> AsyncGenerator[LogLine, None]:
        """Yield the lines of a log group's streams, by time.

        A look costs one FilterLogEvents call for any number of streams, as long as what was said
        in the last half a minute fits a page; looks are up to five polls apart where nothing is
        said. New streams are read too, unless streams are named.

        Args:
            group: Its name.
            streams: Only these; None for all.
            prefix: Only streams whose names begin so.
            follow: Go on with new lines; without `until` there is no end.
            since: Leave out lines before this moment, or those of longer ago.
            until: Leave out lines after this moment; a follower ends soon after it.
            pattern: A filter pattern of CloudWatch Logs: AWS leaves out what does not match.
            live: Follow with Live Tail: new lines come within about a second, and AWS charges by
                the minute, until the iterator has ended or is closed. What Live Tail leaves out
                comes as it would without.

        Raises:
            InvalidSpec: Every problem at once, before any call.
            NotFound: The group or a named stream is not there, or was deleted while it was
                followed.

        Calls:
            logs:FilterLogEvents; logs:StartLiveTail and logs:DescribeLogGroups, if live
        """
        return logs.group_logs(
            self._session,
            group,
            streams=streams,
            prefix=prefix,
            follows=follow,
            since=since,
            until=until,
            pattern=pattern,
            live=live,
        )

    async def delete_log_group(self, name: str) -> None:
        """Delete a log group and every line in it; one that is not there is fine.

        Calls:
            logs:DeleteLogGroup
        """
        await logs.delete_log_group(self._session, name)
