"""`sel eval`."""


def shape(method):
    from sel.runs import Shape

    return Shape("measures", ())
