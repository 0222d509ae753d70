-- ARGV: the service, then the ids in `dead` of what it is to get again.
local count = 0
for i = 2, #ARGV do
  local entry = redis.call('XRANGE', dead, ARGV[i], ARGV[i])[1]
  if entry then
    local fields = map(entry[2])
    add(stream, fields.event, fields.type, nil, fields.key, ARGV[1], fields.done)
    redis.call('XDEL', dead, ARGV[i])
    count = count + 1
  end
end
return count
