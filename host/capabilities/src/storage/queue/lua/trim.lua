-- KEYS: the stream.
trim(KEYS[1], '~')
return 1
