"""What a compaction keeps, measured without a model.

    facts       the strings that matter: paths, names, numbers, errors, quotations
    recall      forward-reference recall: of what the agent later quotes, how much is still there
    baselines   dull ways to meet a budget, to be compared with at the same budget
"""
