"""Every limit of the program, in one place. Times are seconds unless the name says otherwise."""

from __future__ import annotations

from datetime import timedelta

# What comes in
MAX_BODY_BYTES = 64 * 1024
"""Largest body of POST /api/chat; a question is at most a few hundred letters."""
MAX_WEBHOOK_BYTES = 1024 * 1024
"""Largest webhook body; platforms send at most a few dozen kB."""
MAX_TEXT = 2000
"""Longest question that is read, in characters; the rest is cut, and the person is told."""
MAX_ACTION_BYTES = 64
"""Longest payload of a choice (Telegram's callback_data)."""
USER_RATE = (20, 10.0)
"""Messages of one person in so many seconds; more get one kind request to slow down."""
HOST_RATE = (400, 10.0)
"""Messages of one network address in so many seconds; a whole school class may share one."""

# Inbox
INBOX_BATCH = 200
"""Most messages stored in one commit."""
INBOX_WAITING = 5000
"""More waiting than this and the door answers 503, so that the platform tries again later."""
GIVE_WAY = 0.25
"""Longest time, in seconds, that answering waits each time while a flood is being stored."""
FLOOD_BATCH = 4
"""So many messages in one commit are a flood, for as long as FLOOD_LASTS seconds after it."""
FLOOD_LASTS = 0.05
HANDLE_ATTEMPTS = 3
"""Tries before a message that makes a handler fail is put aside and the person is told."""
HANDLE_RETRY = timedelta(seconds=2)

# Outbox
LEASE = timedelta(seconds=60)
"""A sender that does not report within this time has crashed; its rows are free again."""
SEND_TIMEOUT = 30.0
SEND_SLOTS = 8
"""Sends under way at once on one channel."""
CHAT_BURST = 3.0
"""Seconds over which the speed to one chat is counted: so many messages at once as fit in it."""
CHATS_PACED = 10_000
ANSWER_WAIT = 0.4
"""Longest time, in seconds, that reminders under way may keep an answer waiting on a channel."""
CLAIM_BATCH = 64
POLL = 1.0
"""How often a sleeping worker looks for rows that another process wrote or that came due."""
SEND_ATTEMPTS = 12

# Web
API_WAIT = 12.0
"""How long POST /api/chat waits for its answer."""
HISTORY_MESSAGES = 60
"""Most messages shown again after a reload."""

# Practice
WORD_GUESSES = (6, 600.0)
"""Words that may be tried for one nickname in so many seconds."""
CODE_GUESSES = (60, 600.0)
"""Class codes that nobody has, from one network address; a whole class shares one and mistypes."""
CLASSES_OPENED = (20, 3600.0)
"""Classes opened from one network address; the teachers of a school share one."""
TERM_AT_MOST = timedelta(days=230)
"""Longest time from opening a class to the end of its term, when everything of it is deleted."""
GROUP_AT_LEAST = 5
"""Figures of fewer pupils than this are not shown."""

# The office's page
PASS_VALID = timedelta(minutes=15)
"""How long a link that lets in can be used, once."""
SESSION_VALID = timedelta(hours=12)
SESSION_TRUSTED = timedelta(days=30)
"""On a device of one's own."""
PASSWORD_AT_LEAST = 12
PASSWORD_AT_MOST = 200
PASSWORD_TRIES = 5
"""Wrong passwords in a row before an account is locked for PASSWORD_LOCK."""
PASSWORD_LOCK = timedelta(minutes=15)
DOOR_GUESSES = (20, 600.0)
"""Wrong passwords and links from one network address in so many seconds."""
FORM_BYTES = 20 * 1024 * 1024
"""Largest form of the office's page: plans and catalogues are sent by it."""
PAGE_ROWS = 200
"""Most rows of a list on one page."""
NEWS_DAYS = 14
"""So many days answers say that the procedure has changed."""

# Wordings
WORDING_TEXT = 6000
"""Longest wording, in characters."""
POSTED_BACK = timedelta(days=7)
"""So long after it was sent a message is still looked at as evidence."""
PROCEDURES_OFFERED = 8
"""Procedures offered for a few typed words."""

# Announcements
ANNOUNCEMENT_TITLE = 120
ANNOUNCEMENT_TEXT = 3500
"""Longest text, in characters; a platform's shorter messages make several of it."""
ANNOUNCEMENT_AHEAD = timedelta(days=60)
"""Not planned for later than this."""
ANNOUNCEMENTS_QUEUED = 500
"""Rows written in one statement."""
REASON_AT_LEAST = 10
"""Shortest reason for what is stopped, sent in an emergency or switched off, in characters."""
REASON_AT_MOST = 500
NOTICE_AT_MOST = 300
"""Longest line that is put on top of every answer."""

# Questions handed to officials
HANDOVER_DAYS = 1
"""An answer is promised for the end of the so-many-th working day after the question."""
HANDOVERS_OPEN = 3
"""Most questions of one chat that wait for an official at once."""
HANDOVER_GUESSES = (30, 600.0)
"""Tracking codes that may be tried from one chat in so many seconds."""
HANDOVER_TEXT = 2000
"""Longest answer that an official types, in characters."""
HANDOVER_ANSWER = 4000
"""Longest answer that is sent, with the facts of a procedure."""
QUESTION_ROWS = 30
"""Questions on one page."""

# Writing procedures
RECORD_TEXT = 20_000
"""Longest field of a form of a procedure, in characters."""
RECORD_ROWS = 100
"""Most rows of documents, ways, forms or legal documents."""
PROCEDURES_LISTED = 60
"""Most procedures of the list on one page: phones show them, too."""
IMPORT_UNPACKED = 300_000_000
"""Bytes that a packed catalogue may become: a small file can swell beyond any memory."""
IMPORTS_SHOWN = 40
"""Imported versions with all their differences on one page."""
REVIEW_AHEAD = timedelta(days=14)
"""So long before its review date a record is named to whoever looks after it."""

# Figures
FIGURES_DAYS = 1100
"""Longest span of figures: three years."""
FIGURES_KEPT = 60.0
"""Seconds for which the public page of figures is kept, so that a flood does not reach the database."""
AUDIT_EXPORT = 20_000
"""Most rows of the record of changes in one file."""

# Plans on the office's page
PLAN_PREVIEW_DAYS = 92
"""Most days of reminders that are looked at beforehand on one page."""
PLAN_CONTENT = 8000
"""Letters of a task's content, and of the units that are typed for it."""

# Evidence
EVIDENCE_BYTES = 20 * 1024 * 1024
"""Largest file kept as proof (Telegram hands out at most 20 MB to bots)."""
EVIDENCE_BATCH = 20
EVIDENCE_TIMEOUT = 60.0
EVIDENCE_ATTEMPTS = 8

# Keeping
KEEP_MESSAGES = timedelta(days=30)
"""Conversations (already masked) are deleted after this time; questions stay without any link to a person."""
KEEP_NOTICES = timedelta(days=730)
"""What was sent to officials about duties, and how it was delivered, is part of the ledger."""
STOP_WITHIN = 4.0
"""Time for draining after SIGTERM; the process ends within 5 s."""
CLOSE_WITHIN = 1.0
"""How long the database is kept open, in seconds, for transactions that are still under way when it is closed."""
TICK = 60
"""Interval of the scheduler's tick."""
