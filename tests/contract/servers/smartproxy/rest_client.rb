# Calls a Smart Proxy as Foreman does, with the library that Foreman uses. A call is a line of JSON, and so is its answer:
#
#   {"place": {"url", "certificate", "key", "authority"}, "method", "path", "fields": [[KEY, TEXT or LIST], ...] or null}
#   {"status", "headers", "body", "taken": what Foreman makes of the body, "error": the class that was raised, or null}
#
# `place` has no certificates by plain HTTP. The first line that is printed is the version of the library.

require "json"
require "openssl"
require "securerandom"

require "rest-client"

SECONDS = 60

def resource(place)
  options = {
    open_timeout: SECONDS,
    timeout: SECONDS,
    headers: { accept: :json, x_request_id: SecureRandom.uuid, x_session_id: SecureRandom.uuid },
  }
  if place["authority"]
    options.update(
      ssl_client_cert: OpenSSL::X509::Certificate.new(File.read(place["certificate"])),
      ssl_client_key: OpenSSL::PKey.read(File.read(place["key"])),
      ssl_ca_file: place["authority"],
      verify_ssl: OpenSSL::SSL::VERIFY_PEER,
    )
  end
  RestClient::Resource.new(place["url"], options)
end

def response(call)
  target = resource(call["place"])[call["path"]]
  case call["method"]
  when "GET" then target.get
  when "DELETE" then target.delete
  else target.post(call["fields"].to_h)
  end
end

# Nothing is well, and so is JSON; all else is a failure.
def taken(found)
  found.body.empty? ? true : JSON.parse(found.body)
rescue JSON::ParserError
  false
end

def answer(found, made, error)
  body = found.body.dup.force_encoding("UTF-8").scrub
  { status: found.code, headers: found.net_http_res.to_hash, body: body, taken: made, error: error }
end

$stdout.sync = true
puts RestClient::VERSION
$stdin.each_line do |line|
  begin
    found = response(JSON.parse(line))
    told = answer(found, taken(found), nil)
  rescue RestClient::ExceptionWithResponse => e
    raise if e.response.nil?
    told = answer(e.response, false, e.class.name)
  end
  puts JSON.generate(told)
end
