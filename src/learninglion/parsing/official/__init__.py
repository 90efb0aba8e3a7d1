"""Official publications as XML: the documents of officielebekendmakingen.nl and what their records say."""
