// Runs at every request (CloudFront Functions, runtime 2.0): the policy of the host that was asked.
function handler(event) {
  var request = event.request;
  var host = request.headers.host ? request.headers.host.value.toLowerCase() : "";
  if (request.uri !== "/.well-known/mta-sts.txt" || host.indexOf("mta-sts.") !== 0) {
    return { statusCode: 404, statusDescription: "Not Found" };
  }
  request.uri = "/" + host + request.uri;
  request.querystring = {};
  return request;
}
