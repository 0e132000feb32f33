"""Our decisions beside simple methods, on real data that lies outside the repository.

One data set a file. Each reads the folder it is given and returns figures: no printing, no row kept.
Ours and the simple method are counted on the same part in the same run.
"""
