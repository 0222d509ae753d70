-- ARGV: the service.
for _, entry in ipairs(redis.call('XPENDING', stream, ARGV[1], '-', '+', 1000000)) do
  local fields = redis.call('XRANGE', stream, entry[1], entry[1])[1]
  local key = fields and map(fields[2]).key
  if key then redis.call('DEL', lines .. key) end
end
redis.call('DEL', due, done)
return redis.call('XGROUP', 'DESTROY', stream, ARGV[1])
