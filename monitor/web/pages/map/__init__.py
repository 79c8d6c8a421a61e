"""The counties as shapes, made by `make.py` from the us-atlas package; `shapes.py` reads them."""
