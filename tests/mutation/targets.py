"""Which modules are changed, and which tests must notice."""

from dataclasses import dataclass

NEED_CLOUD = {"tests/protocol/test_wildcard.py"}


@dataclass(frozen=True)
class Target:
    """A module below components/mta_sts, and its tests below tests/."""

    module: str
    tests: tuple[str, ...]
    group: str

    @property
    def cloud(self) -> bool:
        """Whether its tests need the sandbox's cloud."""
        return bool({*self.tests} & NEED_CLOUD)

    @property
    def dotted(self) -> str:
        return f"mta_sts.{self.module.replace('/', '.')}"


def _targets(group: str, modules: dict[str, str]) -> list[Target]:
    return [
        Target(module, tuple(f"tests/{test}" for test in tests.split()), group)
        for module, tests in modules.items()
    ]


PROTOCOL = {
    "protocol/policy": "protocol/test_policy.py protocol/test_policy_problems.py",
    "protocol/record": "protocol/test_record.py",
    "protocol/lines": "protocol/test_policy.py protocol/test_policy_problems.py",
    "protocol/names": "protocol/test_names.py protocol/test_policy.py protocol/test_tlsrpt.py",
    "protocol/tlsrpt": "protocol/test_tlsrpt.py",
    "protocol/errors": "protocol/test_policy_problems.py protocol/test_policy.py "
    "protocol/test_record.py protocol/test_tlsrpt.py protocol/test_report.py",
    "protocol/sender": "protocol/test_sender.py protocol/test_caa.py",
    "protocol/sender_errors": "protocol/test_sender.py protocol/test_fetch.py "
    "protocol/test_fetch_tls.py protocol/test_resolve.py",
    "protocol/fetch": "protocol/test_fetch.py protocol/test_fetch_tls.py",
    "protocol/tls": "protocol/test_fetch_tls.py protocol/test_fetch.py protocol/test_smtp.py",
    "protocol/resolve": "protocol/test_resolve.py protocol/test_caa.py",
    "protocol/wildcard": "protocol/test_wildcard.py",
    "protocol/authority": "protocol/test_authority.py protocol/test_resolve.py",
    "protocol/wire": "protocol/test_resolve.py protocol/test_authority.py",
    "protocol/exchange": "protocol/test_resolve.py protocol/test_authority.py",
    "protocol/vantage": "protocol/test_vantage.py protocol/test_resolve.py",
    "protocol/report": "protocol/test_report.py protocol/test_report_stream.py",
    "protocol/report_shape": "protocol/test_report.py protocol/test_report_stream.py",
    "protocol/report_stream": "protocol/test_report_stream.py protocol/test_report.py",
    "protocol/result_types": "protocol/test_report.py rules/test_life.py reports/test_totals.py",
    "protocol/smtp": "protocol/test_smtp.py",
    "protocol/smtp_errors": "protocol/test_smtp.py",
}
REVIEW = {
    "review": "test_review.py rules",
    "rules/mx": "rules/test_mx.py test_review.py",
    "rules/life": "rules/test_life.py test_review.py",
    "rules/place": "rules/test_place.py test_review.py",
    "rules/owner": "rules/test_owner.py test_review.py",
}
TARGETS = (
    *_targets("protocol/", PROTOCOL),
    *_targets("review.py, rules/", REVIEW),
)
