"""The report for programs: JSON, with a schema version and no transcript text.

Per conversation, raw tokens add up: `raw_before` is the sum of the messages' `tokens_before`, `preamble`
and `reply`; `raw_after` is the sum of their `tokens_after`, `preamble`, `reply` and the placeholder's
tokens. `tokens_before` and `tokens_after` are the raw sums, padded once if the counter is an estimate;
those of the file are the sums over its conversations.
"""

from typing import Any

from headroom_cli.model import Change, Conversation, Plan
from headroom_cli.printable import print_json
from headroom_cli.reports._account import Account, Row, add_up, conversations, rows

SCHEMA = 1


def render(account: Account, *, width: int = 80, colour: bool = False) -> str:
    """The account as one JSON object, indented, with a final newline."""
    del width, colour
    return print_json(describe(account))


def describe(account: Account) -> dict[str, Any]:
    """The account as plain values."""
    each = [
        _describe_conversation(account, conversation, plan) for conversation, plan in conversations(account)
    ]
    budgets = [entry["budget"] for entry in each]
    return {
        "schema": SCHEMA,
        "file": account.file,
        "format": account.transcript.format,
        "counter": account.counter.name,
        "exact": account.counter.exact,
        "factor": account.counter.factor,
        "tokens_before": account.tokens_before,
        "tokens_after": account.tokens_after,
        "budget": max(budgets) if budgets and None not in budgets else None,
        "met": account.met,
        "carried": account.transcript.carried,
        "invalid": account.transcript.invalid,
        "notes": list(account.notes),
        "conversations": each,
    }


def _describe_conversation(account: Account, conversation: Conversation, plan: Plan) -> dict[str, Any]:
    sums = add_up(account, conversation, plan)
    placeholder = plan.placeholder
    return {
        "index": plan.conversation,
        "tokens_before": sums.tokens_before,
        "tokens_after": sums.tokens_after,
        "raw_before": sums.raw_before,
        "raw_after": sums.raw_after,
        "budget": sums.budget,
        "met": plan.met,
        "slack": plan.slack,
        "preamble": sums.preamble,
        "reply": sums.reply,
        "messages": [_describe_row(row) for row in rows(conversation, plan)],
        "placeholder": None
        if placeholder is None
        else {
            "before": placeholder.before,
            "tokens": placeholder.tokens,
            "ref": placeholder.ref,
            "dropped": dict(placeholder.counts),
        },
    }


def _describe_row(row: Row) -> dict[str, Any]:
    decision = row.decision
    return {
        "index": row.message.index,
        "line": row.message.line,
        "role": row.message.role,
        "kind": row.kind,
        "tools": list(dict.fromkeys(part.tool for part in row.message.parts if part.tool)),
        "step": decision.step,
        "guard": decision.guard.value,
        "tokens_before": decision.tokens_before,
        "tokens_after": decision.tokens_after,
        "action": row.action,
        "reason": decision.reason,
        "compressor": row.compressor,
        "parts_removed": list(decision.cut),
        "changes": [_describe_change(change) for change in decision.changes],
    }


def _describe_change(change: Change) -> dict[str, Any]:
    return {
        "part": change.part,
        "leaf": change.leaf,
        "action": change.rung.value,
        "compressor": change.compressor,
        "kept": change.kept,
        "total": change.total,
        "noun": change.noun,
        "ref": change.ref,
        "tokens_before": change.tokens_before,
        "tokens_after": change.tokens_after,
    }
