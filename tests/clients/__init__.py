"""Programs that other people read us with, in their versions of today, against `serve`; `make soak` installs them."""
