"""The version of this program; the package's metadata, `--version` and the User-Agent take it from here."""

VERSION = "0.2.0.dev0"
