"""Where: coordinates, maps of grids, addresses; from what a source says of a place to a grid of that day.

Pure: no socket, file, database, wall clock or random source. Maps, address tables and days are arguments.

    coords      one coordinate system out of five
    checks      what is suspicious about coordinates, one by one and over many samples
    rings       polygons: even-odd rule, distances, and what is wrong with one
    gridmap     all grids of one kind on one day, and which of them hold a point
    atlas       areas, and the maps of every kind and period
    wording     the spelling of Chinese addresses made one
    address     an address cut into its parts
    match       whether two address texts can mean the same place
    gazetteer   the district's standard address table, searched by dirty text
    locate      all of the above in the order that decides
"""
