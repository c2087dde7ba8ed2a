"""The whole schema on one page. Times are aware UTC; every text of a person in here was masked before it came."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def _json(*, nullable: bool = False) -> Any:
    return Field(sa_column=Column(JSON, nullable=nullable))


class InboxState(StrEnum):
    NEW = "new"
    DONE = "done"
    FAILED = "failed"
    """Made a handler fail again and again; the person was told."""
    LIMITED = "limited"
    """One of too many in a short time: kept, and answered by one request to slow down."""


class Inbox(SQLModel, table=True):
    """Every message that came in, once: a repeated update finds its row and has no effect. Ids are never used again."""

    __table_args__ = (
        UniqueConstraint("channel", "message_id"),
        Index(None, "state", "channel", "chat", "id"),
        Index(None, "state", "id"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    channel: str = Field(max_length=32)
    message_id: str = Field(max_length=200)
    chat: str = Field(max_length=128)
    body: dict[str, Any] = _json()
    received_at: datetime = Field(index=True)
    state: str = Field(default=InboxState.NEW, max_length=16)
    attempts: int = 0
    not_before: datetime
    result: dict[str, Any] | None = _json(nullable=True)
    """Decision, facet and codes of the answer, for doors that report them."""
    error: str | None = Field(default=None, max_length=500)


class OutboxState(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    HELD = "held"
    """In doubt after a crash: an official decides whether to send again."""
    MOOT = "moot"
    """Nothing was left to say when its turn came: what it was about was done meanwhile."""


class Outbox(SQLModel, table=True):
    """One message of the platform to send. "Sent" is only what has the platform's message id."""

    __table_args__ = (
        Index(None, "state", "priority", "not_before", "id"),
        Index(None, "channel", "chat", "state", "priority", "id"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True, max_length=200)
    channel: str = Field(max_length=32)
    chat: str = Field(max_length=128)
    kind: str = Field(max_length=32)
    priority: int = 0
    body: dict[str, Any] = _json()
    inbox_id: int | None = Field(default=None, index=True)
    announcement_id: int | None = Field(default=None, index=True)
    """The announcement that it brings; its progress is counted over these rows."""
    created_at: datetime = Field(index=True)
    not_before: datetime
    attempts: int = 0
    lease_until: datetime | None = None
    claimed_by: str | None = Field(default=None, max_length=80)
    state: str = Field(default=OutboxState.QUEUED, max_length=16)
    platform_id: str | None = Field(default=None, max_length=200)
    sent_at: datetime | None = None
    error: str | None = Field(default=None, max_length=500)


class Dialogue(SQLModel, table=True):
    """Where a conversation stands: the procedure talked about, the choices just offered, the flow in progress."""

    channel: str = Field(primary_key=True, max_length=32)
    chat: str = Field(primary_key=True, max_length=128)
    sender: str = Field(primary_key=True, max_length=128)
    state: dict[str, Any] = _json()
    updated_at: datetime = Field(index=True)


class Question(SQLModel, table=True):
    """What was asked and how it ended, without any link to a person once its message is deleted."""

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    """The id of its inbox row."""
    asked_at: datetime = Field(index=True)
    channel: str = Field(max_length=32)
    text: str = Field(max_length=2000)
    decision: str = Field(max_length=16)
    facet: str = Field(max_length=16)
    candidates: list[Any] = _json()
    """[code, score] of the first ten."""
    verdict: str | None = Field(default=None, max_length=16)
    """right, wrong or none (of the choices offered)."""
    verdict_at: datetime | None = None


class Gap(SQLModel, table=True):
    """A question that the knowledge could not answer, waiting for a person."""

    question_id: int = Field(primary_key=True, foreign_key="question.id", sa_column_kwargs={"autoincrement": False})
    reason: str = Field(max_length=16)
    """declined, none (of the choices) or wrong."""
    state: str = Field(default="open", max_length=16, index=True)
    """open, attached, drafted, out_of_scope or answered."""
    created_at: datetime = Field(index=True)


class Alias(SQLModel, table=True):
    """A phrase that the office attached to a procedure: a question that nobody could answer before."""

    __table_args__ = (UniqueConstraint("code", "text"),)

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(max_length=16, index=True)
    text: str = Field(max_length=300)
    added_at: datetime


class VersionState(StrEnum):
    DRAFT = "draft"
    """Being written on the office's page."""
    SUBMITTED = "submitted"
    """Written, and waiting for a second person."""
    APPROVED = "approved"
    """A second person agreed; it waits for the day from which it holds."""
    REVIEW = "review"
    """Imported, and nobody has looked at it yet."""
    PUBLISHED = "published"
    """What the assistant answers from."""
    REJECTED = "rejected"
    REPLACED = "replaced"
    """By a newer version: of one that waited, by the next import; of a published one, by the next published one."""


class Origin(StrEnum):
    """Who wrote a version."""

    IMPORT = "import"
    """A file; a shipped record of its code keeps priority."""
    OFFICE = "office"
    """A person on the office's page, a second person agreed: it takes the place of a shipped record."""


def _one_a_code(state: VersionState) -> Index:
    """At most one version of each procedure in this state."""
    name, condition = f"ix_procedure_version_one_{state}", text(f"state = '{state}'")
    return Index(name, "code", unique=True, sqlite_where=condition, postgresql_where=condition)


class ProcedureVersion(SQLModel, table=True):
    """A procedure as one import told it. A newer version stands beside the published one until a person decides."""

    __tablename__ = "procedure_version"
    __table_args__ = (
        _one_a_code(VersionState.DRAFT),
        _one_a_code(VersionState.SUBMITTED),
        _one_a_code(VersionState.APPROVED),
        _one_a_code(VersionState.REVIEW),
        _one_a_code(VersionState.PUBLISHED),
        Index(None, "state", "id"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(max_length=16)
    kind: str = Field(max_length=16)
    """new, changed or abolished; publishing an abolished one takes the procedure out of the knowledge."""
    digest: str = Field(max_length=64)
    """Of the facts: a version that says the same is not offered again."""
    body: dict[str, Any] = _json()
    file: str = Field(max_length=200)
    imported_at: datetime
    state: str = Field(default=VersionState.REVIEW, max_length=16)
    decided_by: str | None = Field(default=None, max_length=120)
    decided_at: datetime | None = None
    origin: str = Field(default=Origin.IMPORT, max_length=16, sa_column_kwargs={"server_default": Origin.IMPORT.value})
    author: str | None = Field(default=None, max_length=200)
    """Post of whoever wrote it."""
    author_id: int | None = Field(default=None, foreign_key="member.id")
    """A second person agrees: none of the author's memberships."""
    holds_from: date | None = None
    """First day on which it is published; None: as soon as it is approved."""
    note: str = Field(default="", max_length=500, sa_column_kwargs={"server_default": text("''")})
    """What was changed and why; of one that was sent back, what is to be mended."""
    published_at: datetime | None = None
    set_moving_at: datetime | None = None
    """When its publishing had raised the duties and told the subscribers; None: not yet."""


class PlanState(StrEnum):
    DRAFT = "draft"
    """Read, and not confirmed by anybody: nothing is reminded."""
    CONFIRMED = "confirmed"
    REPLACED = "replaced"
    """A draft that became the new text of a confirmed plan, or that a newer draft took the place of."""


class Plan(SQLModel, table=True):
    """A plan as one document told it."""

    __table_args__ = (Index(None, "state", "id"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True)
    title: str = Field(max_length=500)
    year: int
    file: str = Field(max_length=200)
    digest: str = Field(max_length=64)
    """Of the file: the same document is not imported twice."""
    body: dict[str, Any] = _json()
    """What was read: plan, tasks, warnings."""
    imported_at: datetime
    state: str = Field(default=PlanState.DRAFT, max_length=16)
    replaces: int | None = Field(default=None, foreign_key="plan.id")
    """The confirmed plan that this draft is a newer text of."""
    confirmed_by: str | None = Field(default=None, max_length=120)
    confirmed_at: datetime | None = None


class Task(SQLModel, table=True):
    """A task of a confirmed plan, with the rhythm that is in force."""

    __table_args__ = (UniqueConstraint("plan_id", "tt"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True)
    plan_id: int = Field(foreign_key="plan.id")
    tt: str = Field(max_length=32)
    content: str = Field(max_length=8000)
    body: dict[str, Any] = _json()
    cadence: dict[str, Any] = _json()
    set_by: str | None = Field(default=None, max_length=120)
    """Who set the rhythm; None: the words of the plan say it."""
    ended: bool = False
    """No longer in the plan's newest text; what was reported stays."""


class Occurrence(SQLModel, table=True):
    """One task, unit and period. A late report settles its own row and no other."""

    __table_args__ = (
        UniqueConstraint("task_id", "unit", "period"),
        Index(None, "unit", "mark", "due"),
        Index(None, "mark", "due"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    task_id: int = Field(foreign_key="task.id")
    unit: str = Field(max_length=64)
    period: str = Field(max_length=32)
    label: str = Field(max_length=200)
    begins: date
    ends: date
    due_on: date
    hour: str | None = Field(default=None, max_length=5)
    due: datetime
    """After this moment a report is late."""
    deadline: datetime
    """Working deadline that is reminded against: never later than ``due``."""
    soon: datetime
    """First reminder."""
    raised_at: datetime | None = None
    """Of an event task: when the event was told."""
    mark: str = Field(default="open", max_length=16)
    reported_at: datetime | None = None
    returned_at: datetime | None = None
    reason: str = Field(default="", max_length=500)
    holder: int | None = Field(default=None, foreign_key="member.id")
    snoozes: int = 0
    stage: str | None = Field(default=None, max_length=16)
    """The last stage of reminding that was reached."""
    next_at: datetime | None = Field(default=None, index=True)
    """When the next stage comes; None: nothing more to say."""


class Submission(SQLModel, table=True):
    """A report of a unit for an occurrence; a withdrawn or returned one stays as history."""

    __table_args__ = (UniqueConstraint("occurrence_id", "attempt"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True)
    occurrence_id: int = Field(foreign_key="occurrence.id")
    attempt: int
    code: str = Field(max_length=120, index=True)
    member_id: int | None = Field(default=None, foreign_key="member.id")
    sent_at: datetime
    text: str = Field(default="", max_length=2000)
    form: str | None = Field(default=None, max_length=16)
    quantity: int | None = None
    is_new_form: bool = False
    state: str = Field(default="sent", max_length=16, index=True)
    """sent, withdrawn, returned or accepted."""
    decided_by: int | None = Field(default=None, foreign_key="member.id")
    decided_at: datetime | None = None
    reason: str = Field(default="", max_length=500)


class Evidence(SQLModel, table=True):
    """A picture, file or link of a report. A copy is kept: links die and platforms forget."""

    __table_args__ = ({"sqlite_autoincrement": True},)

    id: int | None = Field(default=None, primary_key=True)
    submission_id: int = Field(foreign_key="submission.id", index=True)
    kind: str = Field(max_length=16)
    name: str = Field(default="", max_length=1000)
    """File name, or the address of a link."""
    channel: str = Field(default="", max_length=32)
    ref: str = Field(default="", max_length=1000)
    """How the channel fetches it."""
    state: str = Field(default="pending", max_length=16, index=True)
    """pending, kept or failed."""
    attempts: int = 0
    not_before: datetime
    sha256: str | None = Field(default=None, max_length=64, index=True)
    likeness: str | None = Field(default=None, max_length=16)
    """Perceptual hash of a picture, 64 bits in hexadecimal."""
    size: int | None = None
    twin: int | None = Field(default=None, foreign_key="evidence.id")
    """An earlier picture of another period that looks the same: flagged, never refused."""


class Member(SQLModel, table=True):
    """A role in a unit, held by whoever linked a chat to it. No name is asked for."""

    __table_args__ = (Index(None, "unit", "role"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True)
    unit: str = Field(max_length=64)
    role: str = Field(max_length=16)
    label: str = Field(default="", max_length=120)
    substitute: bool = False
    active: bool = True
    created_at: datetime


class Link(SQLModel, table=True):
    """A chat by which a member is reached."""

    __table_args__ = (
        UniqueConstraint("member_id", "channel", "chat"),
        Index(None, "channel", "chat"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    member_id: int = Field(foreign_key="member.id", index=True)
    channel: str = Field(max_length=32)
    chat: str = Field(max_length=128)
    state: str = Field(default="open", max_length=16)
    """open, or closed: the platform refuses for good (blocked, gone, window closed) until the person writes again."""
    error: str | None = Field(default=None, max_length=500)
    since: datetime


class Invite(SQLModel, table=True):
    """A code that gives a role once. Only its hash is kept."""

    digest: str = Field(primary_key=True, max_length=64)
    unit: str = Field(max_length=64)
    role: str = Field(max_length=16)
    label: str = Field(default="", max_length=120)
    substitute: bool = False
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    member_id: int | None = Field(default=None, foreign_key="member.id")


class Difficulty(SQLModel, table=True):
    """What keeps a unit from doing a duty (vướng mắc), for the coordinator."""

    __table_args__ = ({"sqlite_autoincrement": True},)

    id: int | None = Field(default=None, primary_key=True)
    occurrence_id: int = Field(foreign_key="occurrence.id", index=True)
    member_id: int | None = Field(default=None, foreign_key="member.id")
    text: str = Field(max_length=2000)
    told_at: datetime
    open: bool = Field(default=True, index=True)


class ZaloToken(SQLModel, table=True):
    """The authorisation of an Official Account of Zalo. Its refresh tokens are good for one use, so one holder at a
    time: whoever has put ``claimed_until`` there. See :mod:`bot.channels.zalo_oa_token`."""

    __tablename__ = "zalo_token"

    oa_id: str = Field(primary_key=True, max_length=64)
    access_token: str = Field(default="", max_length=4000, repr=False)
    """Empty until the first refresh token has been used."""
    refresh_token: str = Field(default="", max_length=4000, repr=False)
    previous_access_token: str = Field(default="", max_length=4000, repr=False)
    previous_refresh_token: str = Field(default="", max_length=4000, repr=False)
    expires_at: datetime | None = None
    refreshed_at: datetime | None = None
    state: str = Field(default="ok", max_length=16)
    """ok, lost (the answer to a refresh did not arrive) or revoked: the last two need an administrator."""
    error: str | None = Field(default=None, max_length=500)
    claimed_until: datetime | None = None
    """Somebody is asking for the next pair; after this time it is taken for dead."""


class PracticeClass(SQLModel, table=True):
    """A class that practises. No name of a school, teacher or pupil is kept; all of it is deleted after ``ends_on``."""

    __tablename__ = "practice_class"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(max_length=8, unique=True)
    """What pupils type, after the label: the "K4QM" of "7A-K4QM"."""
    label: str = Field(max_length=8)
    """Grade and class: "7A"."""
    teacher_digest: str = Field(max_length=64, unique=True)
    """Of the secret in the teacher's link."""
    cases: list[str] = _json()
    opens_on: date
    closes_on: date
    """Last day on which it is played."""
    ends_on: date = Field(index=True)
    """End of term: the day after it the class is deleted."""
    created_at: datetime


class PracticePupil(SQLModel, table=True):
    """Somebody of a class, known by a nickname that was drawn."""

    __tablename__ = "practice_pupil"
    __table_args__ = (UniqueConstraint("class_id", "nickname"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True)
    class_id: int = Field(foreign_key="practice_class.id")
    nickname: str = Field(max_length=40)
    word_digest: str = Field(max_length=64)
    """Of the word by which they come back on another device."""
    created_at: datetime
    seen_at: datetime


class PracticeKey(SQLModel, table=True):
    """A device or chat on which a pupil is known: a cookie's or a dialogue's secret, by its digest."""

    __tablename__ = "practice_key"

    digest: str = Field(primary_key=True, max_length=64)
    pupil_id: int = Field(foreign_key="practice_pupil.id", index=True)


class PracticeRun(SQLModel, table=True):
    """One run through a case, or through what comes back. Every run is kept; the best one counts."""

    __tablename__ = "practice_run"
    __table_args__ = (Index(None, "pupil_id", "run"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True)
    pupil_id: int = Field(foreign_key="practice_pupil.id")
    run: str = Field(max_length=16)
    """Key of the case; "on" for what comes back."""
    items: list[str] = _json()
    """Names of the items, as it began."""
    begun_at: datetime
    ended_at: datetime | None = None
    points: int = 0
    most: int = 0


class PracticeTry(SQLModel, table=True):
    """An answer or a hint, in the order in which they came. What was typed into a mock form is never kept."""

    __tablename__ = "practice_try"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: int | None = Field(default=None, primary_key=True)
    run_id: int = Field(foreign_key="practice_run.id", index=True)
    item: str = Field(max_length=40, index=True)
    choice: list[str] = _json()
    """Keys of options; of a form, the keys of the fields that matched."""
    right: bool = False
    hint: bool = False
    at: datetime


class PracticeReturn(SQLModel, table=True):
    """An item that was answered wrong and comes back."""

    __tablename__ = "practice_return"

    pupil_id: int = Field(primary_key=True, foreign_key="practice_pupil.id", sa_column_kwargs={"autoincrement": False})
    item: str = Field(primary_key=True, max_length=40)
    step: int = 0
    due_on: date


class PracticeBadge(SQLModel, table=True):
    """A pupil scanned the QR code of a procedure at the real desk."""

    __tablename__ = "practice_badge"

    pupil_id: int = Field(primary_key=True, foreign_key="practice_pupil.id", sa_column_kwargs={"autoincrement": False})
    code: str = Field(primary_key=True, max_length=16)
    """Of the procedure."""
    at: datetime


class PracticeCheck(SQLModel, table=True):
    """A named person has read an item again after its facts changed."""

    __tablename__ = "practice_check"

    item: str = Field(primary_key=True, max_length=40)
    facts: str = Field(primary_key=True, max_length=32)
    by: str = Field(max_length=120)
    at: datetime


class PracticeVisit(SQLModel, table=True):
    """A visit of a class to a desk (row 8 of the 2024 plan). What is handed over are counts; they outlive the class."""

    __tablename__ = "practice_visit"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: int | None = Field(default=None, primary_key=True)
    class_id: int | None = Field(default=None, foreign_key="practice_class.id", index=True)
    """None: the class was deleted at the end of its term."""
    label: str = Field(max_length=8)
    desk: str = Field(max_length=120)
    day: date
    qr_key: str = Field(max_length=16)
    """In the QR codes that hang at the desk on that day: who scans one gets the badge."""
    came: int | None = None
    """How many pupils came, as the teacher counted."""
    result_key: str | None = Field(default=None, max_length=32, unique=True)
    """In the link of the result; None: not handed over yet."""
    counts: dict[str, Any] | None = _json(nullable=True)
    """What was handed over, frozen on that day."""
    handed_at: datetime | None = None


class Account(SQLModel, table=True):
    """A name and password on the office's page: the first admin has no chat yet. It stands for a chat of its member."""

    name: str = Field(primary_key=True, max_length=40)
    """The chat of its link on the channel "account"."""
    password: str = Field(max_length=200, repr=False)
    """Hash (argon2id) of the password."""
    member_id: int = Field(foreign_key="member.id")
    created_at: datetime
    failures: int = 0
    """Wrong passwords since the last right one."""
    locked_until: datetime | None = None


class Pass(SQLModel, table=True):
    """A link that lets a linked official in, once. Only its hash is kept."""

    digest: str = Field(primary_key=True, max_length=64)
    channel: str = Field(max_length=32)
    chat: str = Field(max_length=128)
    created_at: datetime
    expires_at: datetime = Field(index=True)
    used_at: datetime | None = None


class WebSession(SQLModel, table=True):
    """A browser that is let in as the holder of a chat; what they may do is read from their roles at every request."""

    __tablename__ = "web_session"
    __table_args__ = (Index(None, "channel", "chat"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True)
    digest: str = Field(unique=True, max_length=64)
    """Of the cookie's secret."""
    channel: str = Field(max_length=32)
    chat: str = Field(max_length=128)
    device: str = Field(default="", max_length=80)
    """Browser and system in words, for whoever looks at the list ("Chrome trên Android")."""
    created_at: datetime
    seen_at: datetime
    expires_at: datetime = Field(index=True)


class Audit(SQLModel, table=True):
    """A change that somebody made on the office's page: who, when, what it was before and after."""

    __table_args__ = ({"sqlite_autoincrement": True},)

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(index=True)
    member_id: int | None = Field(default=None, foreign_key="member.id")
    by: str = Field(max_length=200)
    """Post of whoever did it, as it was then."""
    action: str = Field(max_length=40)
    subject: str = Field(max_length=120, index=True)
    """What was changed ("procedure:1.001193", "announcement:4")."""
    before: dict[str, Any] | None = _json(nullable=True)
    after: dict[str, Any] | None = _json(nullable=True)


class Subscription(SQLModel, table=True):
    """A chat that wants to hear of changes in a field of procedures (đăng ký nhận tin)."""

    channel: str = Field(primary_key=True, max_length=32)
    chat: str = Field(primary_key=True, max_length=128)
    field: str = Field(primary_key=True, max_length=120)
    """Lĩnh vực; "*": all of them."""
    since: datetime


class Handover(SQLModel, table=True):
    """A question that a citizen handed to an official, with the time by which an answer was promised."""

    __table_args__ = (Index(None, "state", "promised_at"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True, max_length=16)
    """By which the citizen asks how it stands ("HT-K4QM2P")."""
    channel: str = Field(max_length=32)
    chat: str = Field(max_length=128)
    """Both are emptied once the answer was kept long enough, or the citizen wants to be forgotten."""
    question_id: int | None = Field(default=None, foreign_key="question.id")
    text: str = Field(max_length=2000)
    asked_at: datetime
    promised_at: datetime
    state: str = Field(default="waiting", max_length=16)
    """waiting, answered or withdrawn (the citizen wants to be forgotten)."""
    answer: str = Field(default="", max_length=4000)
    answered_by: str | None = Field(default=None, max_length=200)
    answered_at: datetime | None = Field(default=None, index=True)


class AnnouncementState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    """Waits for a second person."""
    APPROVED = "approved"
    """Leaves when its time comes."""
    SENDING = "sending"
    DONE = "done"
    STOPPED = "stopped"
    """What had not left was taken back."""


class Announcement(SQLModel, table=True):
    """A message of the office to many: to units, groups, subscribers of a field."""

    __table_args__ = (Index(None, "state", "id"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True)
    title: str = Field(max_length=200)
    text: str = Field(max_length=4000)
    audience: dict[str, Any] = _json()
    """Who it is for; read by :mod:`bot.office.audiences` alone."""
    emergency: bool = False
    """Leaves at any hour, before all that is no answer."""
    reason: str = Field(default="", max_length=500)
    """Why it was stopped, sent back, or is an emergency."""
    wording_id: int | None = Field(default=None, foreign_key="wording.id")
    """The wording of a procedure that it brings."""
    state: str = Field(default=AnnouncementState.DRAFT, max_length=16)
    author: str = Field(max_length=200)
    author_id: int | None = Field(default=None, foreign_key="member.id")
    created_at: datetime
    not_before: datetime | None = None
    decided_by: str | None = Field(default=None, max_length=200)
    decided_at: datetime | None = None
    ended_at: datetime | None = None


class Wording(SQLModel, table=True):
    """A procedure told for one mouth: loudspeaker, post, LED line, poster."""

    __table_args__ = (Index(None, "code", "mouth"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(max_length=16)
    mouth: str = Field(max_length=16)
    """loudspeaker, post, led or poster."""
    text: str = Field(max_length=8000)
    facts: str = Field(max_length=64)
    """Fingerprint of the record it was made from: once the record says something else, it is not used any more."""
    state: str = Field(default="draft", max_length=16)
    """draft, submitted, approved or replaced."""
    author: str = Field(max_length=200)
    author_id: int | None = Field(default=None, foreign_key="member.id")
    made_at: datetime
    decided_by: str | None = Field(default=None, max_length=200)
    decided_at: datetime | None = None


class Switch(SQLModel, table=True):
    """Something that can be switched off with a reason; the newest row of a name holds."""

    __table_args__ = (Index(None, "name", "id"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=40)
    """What: "sending" is all that is no answer; "answering" the assistant, "notice" a notice on every answer."""
    off: bool
    reason: str = Field(max_length=500)
    """Of "answering" and "notice" it is shown to people."""
    by: str = Field(max_length=200)
    at: datetime


class FieldOwner(SQLModel, table=True):
    """The unit that keeps the procedures of a field up to date: its editors are reminded of review dates."""

    __tablename__ = "field_owner"

    field: str = Field(primary_key=True, max_length=120)
    unit: str = Field(max_length=64)
