"""The command line: parse, call, print; one file for each command.

Data and results go to standard output, everything else to standard error.
"""
