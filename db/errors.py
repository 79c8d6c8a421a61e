"""What can go wrong on the ground floor.

StoreError
├── ArchiveError        a document could not be kept, or is not what its name says
├── DatabaseError       the database cannot be opened, is damaged, or is newer than this program
└── NotFoundError       asked for something that is not there
"""


class StoreError(Exception):
    """The root of this package's errors; its text is one line for a person."""


class ArchiveError(StoreError):
    """A document could not be kept, or its bytes are not what its name says."""


class DatabaseError(StoreError):
    """The database cannot be opened, is damaged, or was written by a newer version."""


class NotFoundError(StoreError):
    """Something was asked for by a name or id that is not there."""
