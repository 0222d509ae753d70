-- KEYS: the list. ARGV: the bound, then events. How many there was room for.
local room = math.max(0, tonumber(ARGV[1]) - redis.call('LLEN', KEYS[1]))
local last = math.min(#ARGV, room + 1)
for i = 2, last do redis.call('LPUSH', KEYS[1], ARGV[i]) end
return last - 1
