"""The numbers the rules use, each with the evidence for it. Nothing else in the project has a threshold of its own."""

from __future__ import annotations

from datetime import timedelta

#: A list that removes more unexplained rows than the larger of these is held for a person. 215 clean steps between
#: July 2025 and May 2026 removed at most 14 rows; every step above this line was ICE's slip.
HOLD_ROWS = 20
HOLD_SHARE = 0.015

#: Lists months apart may lack more: this share for each month between them, up to the second number. Among all pairs of
#: the captures of 2021 to 2024 and the lists of 2025 the share gone was 3.4 % after one month, at most 5.4 % within 18
#: months and 11.3 % within 47, names that were only rewritten included.
HOLD_SHARE_A_MONTH = 0.015
HOLD_SHARE_MOST = 0.25

#: A list is held when more rows than the larger of these, and than the list before had, are no agreements. None of the
#: 304 lists of 2021 to 2025 has any; a title, sources and footnotes take a few.
HOLD_NOTES = 10
HOLD_NOTES_SHARE = 0.015

#: A column is lost when at least so many rows lost what they said in it, and at most this share of it is left. Of 243
#: lists of 2025, one was so (132 of 132 MOA links, in a file saved again by who kept it); where a column was only half
#: filled in, 41 % and more was left. Of cells that are no links at most one was lost from a list to the next,
#: so more than may be gone are a fault as well.
LOST_CELLS = 5
LOST_KEPT_SHARE = 0.1
#: More rows than may be gone that name another county or link what was another row's document: the column slipped. In
#: one step ICE changed at most 4 counties and 21 types; types may change in so many times more rows.
RETYPED_TIMES = 3

#: Of the agreements that a held list lacks, at most this share may be back on the list that agrees with it. Chosen, not
#: measured: no collapse of ICE's has been a true one so far, so there is no case to measure.
AGREEING_SHARE = 0.1

#: What each piece of evidence weighs when a list's kind is in question, and by how much one kind must outweigh the
#: other.
#: Signing dates are the participating list's alone; new participating lists had at least 97 % of the rows of the one
#: before, so that a list that covers hardly any of them is none; links were wrong on 22 September 2025.
KIND_DATES = 4.0
KIND_NO_SIGNED = 2.0
KIND_SHARE = 2.0
KIND_COVERED = 3.0
KIND_COVERAGE = (0.1, 0.5)
KIND_SIZE = 1.0
KIND_LINK = 1.5
KIND_NAME = 0.5
KIND_MARGIN = 2.0
#: A list held for one and the same reason so often in a row is not a slip: ICE's form has changed. Every slip so far
#: was made up for by the next list or the one after.
HELD_IN_A_ROW = 3
#: A list without signing dates that has more rows than this share of the participating list's is looked at closely.
#: The longest pending list had a tenth of its rows.
PENDING_SIZE_SHARE = 0.5

#: ICE's stated total against the list's: a difference of 1 is usual (the header row was counted), 2 or 3 is named,
#: more holds.
TOTALS_PASS = 1
TOTALS_WARN = 3

#: A name dated this many days after the workbook was last saved, with newer lists in between, is an old list again.
STALE_DAYS = 7
#: A file name's date is believed when the workbook was saved at most this many days before (a long weekend).
NAME_DATE_DAYS = 5

#: Re-dated within this many days: a correction. Unlinked MOAs were re-dated by up to 71 days (Hardee County, Florida),
#: linked ones by up to 26 (the 2025 corrections of 12 to 11 June among them).
REDATE_UNLINKED_DAYS = 90
REDATE_LINKED_DAYS = 30

#: A new row may be an older one retyped when that vanished at most this many days before.
RETURN_DAYS = 45
#: An ending is provisional until its row is missing from two lists and so many days have passed since the first of
#: them. Of 97 disappearances between February 2025 and May 2026, 9 came back: after 1, 2, 3, 5, 6, 8, 8, 56 and
#: 227 days.
ENDING_DAYS = 10
#: A new support type this soon after the agency's last other one was gone is a switch.
SWITCH_GAP_DAYS = 180

#: A row first listed with a signing date more than this many days older than the list before is for a person to look
#: at. From 21 February to September 2025, 2 of 900 rows were (87 days); a year put too low would be as well.
SIGNED_LONG_BEFORE_DAYS = 60

#: A signing date this many days before its first list cannot be a fresh signing's when another row with that date
#: vanishes on the same list. The median signing is listed within a week.
OLD_DATE_DAYS = 30

#: A row leaves the pending list within this many days of the agency's first listing as a participant. One that had
#: been listed for longer is no signing of the pending row's: so it was with 7 rows of February to September 2025.
SIGNED_DAYS = 21
#: Under another name the participant is first listed at most this many days after the pending row left. In March 2025
#: two came a day later; no case took longer.
SIGNED_LATER_DAYS = 7

#: Letters by which one name may differ from another on the same list, with the same state, support type and date, and
#: still pass for a slip of the hand; further apart (Freedom and Freeborn are 4) a person is asked to look.
SLIP_LETTERS = 4

#: When more rows are gone times rows are new than this, only pairs with something in common are compared. The largest
#: clean step known removed 14 rows and another added 80.
FULL_COMPARISONS = 4000

#: Letters by which a second row of one list may misspell the first and still be taken for the same agreement.
TWICE_LETTERS = 2

#: A change is news when the list that shows it was put out or first fetched at most this many days before we first
#: said it. Older lists taken in later change the log; they are not told. Two weeks bridge a holiday.
TOLD_DAYS = 14

#: Where the list before is older than this, a change is said to lie between the two. ICE's own lists follow each other
#: within days, a fortnight at most over a holiday; captures of its page until 2025 lie weeks to months apart.
RANGE_DAYS = 14
#: When digests leave, by the subscriber's clock: every day, or on Mondays.
DIGEST_HOUR = 7
#: A daily digest is sent when an agreement ended or returned, when this many changes wait, or when one has waited so
#: many days (moves on the pending list: the second number). From February to September 2025 a reader of Florida would
#: have had 63 mails with one for every day on which something happened; with these numbers, 24
#: (tests/monitor/alerts/test_replay_mail.py).
GATHER_CHANGES = 15
GATHER_DAYS = 6
GATHER_PENDING_DAYS = 27
#: Changes told in one message; more are told in a second part. ICE never added more than 80 rows at once, and the moves
#: on the pending list come on top of that.
MESSAGE_CHANGES = 120
#: Above this many changes each is told in fewer lines.
FULL_CHANGES = 25
#: Wait before a message is tried again, in minutes: by the number of tries so far, the last for all later ones.
#: RFC 5321 asks for at least 30 minutes at first; greylisting lets go after 5 to 15, so one try comes sooner.
RETRY_MINUTES = (10, 30, 60, 120, 240)
#: An address is given up when it refused so many messages in a row, for a passing reason (a full mailbox), over so many
#: days: people come back from holidays and empty their mailboxes.
SOFT_BOUNCES = 5
SOFT_BOUNCE_DAYS = 14
#: A webhook or chat channel is given up when nothing was taken for so many days.
HOOK_DAYS = 5
#: Bytes of a message's two bodies at most. The most used mail reader hides what comes after 102 kB as sent.
MAIL_BYTES = 84_000

#: The longest time between the end of an agency's one support type and the first listing of another that the pages
#: tell as one story. In the lists of 2025 the two lay 7, 10 and 53 days apart; the log's own switches need more.
SWITCH_WINDOW = timedelta(days=60)
