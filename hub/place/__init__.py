"""Where: from what a source says of a place to a grid of that day, with the reasons.

Pure: no socket, file, database, wall clock or random source. Maps, address tables and days are arguments.

    coords       one coordinate system out of five          wording     the spelling of addresses made one
    checks       what is suspicious about one coordinate    address     an address cut into its parts
    drift        … and about all of one source              generic     words that tell nothing about where
    rings        polygons: inside, distance                 match       can two texts mean one place
    faults       what is wrong with a polygon               register    the address table by name
    raster       the table behind a map                     candidates  what a name and a number may mean
    gridmap      which grids hold a point                   gazetteer   the table, asked with dirty text
    gridfile     a map as bytes                             ground      the district on one day
    atlas        areas, and maps of every kind and period   by_*        one way to a place each
    surveys      grids that a source sends, by day          locate      the order of the ways
"""
