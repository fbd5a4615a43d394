"""The queries of one page: compiled and run when first asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reports.builder.data.result import QueryResult
from reports.builder.data.runner import QueryRunner
from reports.builder.data.sources import QueryError, compile_sql
from reports.builder.notices import Notices
from reports.builder.page.nodes import QuerySource


@dataclass
class QueryStore:
    """Names of queries to results, each run once.

    Attributes:
        queries: What the page declares, and the shared queries those refer to.
        declared: The names the page can use.
        variables: The values behind `${vars.name}`.
        runner: Runs them.
        notices: Takes errors, once per query.
    """

    queries: Mapping[str, QuerySource]
    declared: tuple[str, ...]
    variables: Mapping[str, object]
    runner: QueryRunner
    notices: Notices
    tables: set[str] = field(default_factory=set)
    sql: dict[str, str] = field(default_factory=dict)
    _answers: dict[str, QueryResult | QueryError] = field(default_factory=dict)

    def get(self, name: str) -> QueryResult:
        """The result of a query.

        Raises:
            QueryError: If it failed, now or the first time.
        """
        return self.derived(self.queries[name])

    def derived(self, query: QuerySource) -> QueryResult:
        """The result of a query of the page, or of one that an input makes of those.

        Raises:
            QueryError: If it failed, now or the first time.
        """
        if query.name not in self._answers:
            self._answers[query.name] = self._run(query)
        answer = self._answers[query.name]
        if isinstance(answer, QueryError):
            raise answer
        return answer

    def run_all(self) -> None:
        """Run every declared query, so that one that nothing shows is still checked."""
        for name in self.declared:
            if name not in self._answers:
                self._answers[name] = self._run(self.queries[name])

    def __contains__(self, name: str) -> bool:
        return name in self.declared

    def _run(self, query: QuerySource) -> QueryResult | QueryError:
        try:
            self.sql[query.name] = compile_sql(query, self.queries, self.variables)
            answer = self.runner.run(query, self.sql[query.name])
        except QueryError as error:
            message = f"query '{error.query.name}': {error.message}"
            self.notices.error(error.line, message, error.query.file)
            return error
        self.tables |= answer.tables
        if answer.warning:
            self.notices.warn(query.line, f"query '{query.name}': {answer.warning}")
        return answer.result
