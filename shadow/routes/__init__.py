"""What a route is called, and which requests a rule matches. Pure.

``patterns`` reads the globs of rules, ``templates`` finds the template of a path, ``spelling`` gives the paths that one
target may be read as, and ``naming`` holds a request against rules: strictly where a rule allows something, loosely
where it keeps something from the candidate.
"""
