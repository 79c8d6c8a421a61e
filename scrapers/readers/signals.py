"""Name every signal a reader can raise, and say what it means; docs/reasons.md lists the same codes.

A signal's column is our name of the column ("support_type") where we know the column, and its letters ("F") where not.
"""

from __future__ import annotations

STATE_SNAPPED = "state_snapped"
STATE_UNKNOWN = "state_unknown"
STATE_BLANK = "state_blank"
TYPE_UNKNOWN = "type_unknown"
SUPPORT_TYPE_SNAPPED = "support_type_snapped"
SUPPORT_TYPE_UNKNOWN = "support_type_unknown"
SUPPORT_TYPE_BLANK = "support_type_blank"
DATE_AS_TEXT = "date_as_text"
DATE_AS_NUMBER = "date_as_number"
DATE_IMPOSSIBLE = "date_impossible"
DATE_BLANK = "date_blank"
LINK_ODD = "link_odd"
LINK_FOREIGN = "link_foreign"
LINK_ELSEWHERE = "link_elsewhere"
LINK_WORDS_UNKNOWN = "link_words_unknown"
ARCHIVE_PREFIX = "archive_prefix"
ERROR_CELL = "error_cell"
COLUMN_UNKNOWN = "column_unknown"
HEADER_SNAPPED = "header_snapped"
HEADER_TWICE = "header_twice"
HEADER_REPEATED = "header_repeated"
HEADER_BY_VALUES = "header_by_values"
TEXT_ABOVE_HEADER = "text_above_header"
ROW_BLANK = "row_blank"
ROW_NOTE = "row_note"
ROW_INCOMPLETE = "row_incomplete"
ROWS_NOT_AGREEMENTS = "rows_not_agreements"
ROWS_LEFT_OUT = "rows_left_out"
INVISIBLE_CHARACTERS = "invisible_characters"
OLD_FORM = "old_form"
CAPTION_DATED = "caption_dated"
SIGNALS_CUT = "signals_cut"
SHEET_HIDDEN = "sheet_hidden"
SHEET_EXTRA = "sheet_extra"
SHEET_SECOND_LIST = "sheet_second_list"
WORKBOOK_TIME_ODD = "workbook_time_odd"

SIGNALS: dict[str, str] = {
    STATE_SNAPPED: "the state is misspelt and has one plausible reading, which was taken",
    STATE_UNKNOWN: "the state has no single plausible reading; none was taken",
    STATE_BLANK: "the state cell is blank",
    TYPE_UNKNOWN: "the agency type is not one ICE uses; kept as printed",
    SUPPORT_TYPE_SNAPPED: "the support type is misspelt and has one plausible reading, which was taken",
    SUPPORT_TYPE_UNKNOWN: "the support type has no single plausible reading; none was taken",
    SUPPORT_TYPE_BLANK: "the support type cell is blank",
    DATE_AS_TEXT: "the signing date was typed as text in an unusual form with one plausible reading, which was taken",
    DATE_AS_NUMBER: "the signing date is a bare number that is a plausible Excel day; it was taken as that day",
    DATE_IMPOSSIBLE: "the signing date is impossible or has several readings; none was taken",
    DATE_BLANK: "the list has a SIGNED column and this row's cell is blank",
    LINK_ODD: "the MOA or addendum link is no usable web address; kept as printed only",
    LINK_FOREIGN: "the MOA or addendum link leads to a host that is not ICE's; kept",
    LINK_ELSEWHERE: "a hyperlink lies on a cell that is no MOA or addendum cell of a listing",
    LINK_WORDS_UNKNOWN: "the MOA or addendum cell holds words not seen before; kept as printed",
    ARCHIVE_PREFIX: "MOA or addendum addresses begin with a web archive's; that was put there by who kept the copy "
    "and was taken off, so that the cells are as ICE printed them",
    ERROR_CELL: "cells of this column hold an Excel error, printed as Excel shows it",
    COLUMN_UNKNOWN: "a column is not one we know; its cells are kept as extra",
    HEADER_SNAPPED: "a column name is misspelt and has one plausible reading, which was taken",
    HEADER_TWICE: "a column name occurs twice; the further column is kept as extra",
    HEADER_REPEATED: "a row repeats the header and is no listing",
    HEADER_BY_VALUES: "a column was recognized by its values, as its name does not say",
    TEXT_ABOVE_HEADER: "a row above the header holds text; it is no listing",
    ROW_BLANK: "blank rows lie between listings",
    ROW_NOTE: "the row holds text but no agreement (a note, a total, a source, an error, a footnote); it is no listing",
    ROW_INCOMPLETE: "the row names state, agency and support type but its signing date is blank; it is no listing",
    ROWS_NOT_AGREEMENTS: "how many rows below the header are no listings (`row_note` and `row_incomplete`)",
    ROWS_LEFT_OUT: "rows far below the list hold only errors and zeros of formulas filled down; they were not read",
    INVISIBLE_CHARACTERS: "cells hold characters that no reader sees; they were taken out",
    OLD_FORM: "the list has no columns for support type and date, like ICE's lists of 2007 and 2008",
    CAPTION_DATED: "the page's caption says of which day the list is and how many rows it has, and it has as many",
    SIGNALS_CUT: "the list raised more signals than are kept; the value says how many were left out",
    SHEET_HIDDEN: "the sheet is hidden; it is read only if no visible sheet is a list",
    SHEET_EXTRA: "a further sheet or table is no list and was not read",
    SHEET_SECOND_LIST: "a further sheet or table also has a list's header and was not read",
    WORKBOOK_TIME_ODD: "the workbook's modified time is earlier than most signing dates and was not used to judge them",
}
