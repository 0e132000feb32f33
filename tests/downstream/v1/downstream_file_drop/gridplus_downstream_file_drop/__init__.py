"""示例系统: a source of the Grid+ hub."""
