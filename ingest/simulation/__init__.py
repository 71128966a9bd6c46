"""A simulated market that answers the sources' own URLs in their own wire formats, with a planted truth.

Nothing in here was ever observed: every price, yield, holding and name is generated from a fixed
seed. `truth` says what was planted, `market` holds the adapter that answers requests.
"""
