"""One shared map (联动指挥一张图): matters as pins, kept in memory by each web process, shown by scope and grant."""
