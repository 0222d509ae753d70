-- ARGV: the service, then members, each with its token.
for i = 2, #ARGV, 2 do
  if owns(ARGV[i], ARGV[i + 1]) then finish(ARGV[1], ARGV[i]) end
end
return 1
