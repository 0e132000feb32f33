"""The life of a whistle (哨): its working calendar, its deadlines, its states.

Pure: the calendar, the moment and the whistle come in as arguments, deadlines and whistles go out.
"""
