"""全要素网格通 (平安通): what grid workers report by telephone, and nothing of where they walk."""
