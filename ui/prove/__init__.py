"""`prove`: a site's own pages, on an empty database, and everybody at every door of them."""
