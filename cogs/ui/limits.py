"""How much Discord takes, and how much of a title is shown; in characters."""

MESSAGE_LIMIT = 2000
DESCRIPTION_LIMIT = 4096
BUTTON_LABEL_LIMIT = 80
OPTION_LABEL_LIMIT = 100
CHOICES_LIMIT = 25  # of an option, while a member types
TITLE_LIMIT = 120
PARENT_TITLE_LIMIT = 100
