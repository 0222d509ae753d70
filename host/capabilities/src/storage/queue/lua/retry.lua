-- ARGV: the service, member, token, how long to wait (ms), the handlers that have finished.
if not owns(ARGV[2], ARGV[3]) then return 0 end
redis.call('ZADD', due, milliseconds() + tonumber(ARGV[4]), ARGV[2])
if ARGV[5] ~= '' then redis.call('HSET', done, split(ARGV[2]), ARGV[5]) end
return 1
