"""A visitor beyond a slow network, who clicks twice: what the tests of that share."""

# Milliseconds by which answers are held back, and between the clicks.
HELD_BACK = {"dropped": (500, 200), "arrived": (300, 390)}
EMAIL = "umit@school.example"


def button(page, name):
    return page.locator("main").get_by_role("button", name=name)


def success(page):
    return page.locator(".notice-success")
