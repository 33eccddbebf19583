package analyze

// A Type is the kind of value that a fact has.
type Type string

// The types of facts.
const (
	String   Type = "string"
	Enum     Type = "enum"     // one of Values
	Int      Type = "int"      // decimal
	Time     Type = "time"     // RFC 3339, UTC
	Duration Type = "duration" // whole seconds, decimal, may be negative
	Bool     Type = "bool"     // "true"; a false fact is not stated
)

// A Term is one entry of the vocabulary of facts.
type Term struct {
	Name   string
	Type   Type
	Doc    string
	Values []string // of an Enum; nil: open
}

// Vocabulary lists every fact that analyzers may state and that signatures,
// questions, causes and parameters may use. A fact may be stated several
// times with different values.
var Vocabulary = []Term{
	{Name: "oauth1.problem", Type: String, Doc: "value of oauth_problem (Problem Reporting extension), also from net.oauth exceptions, JSON error details, applink error types: timestamp_refused, consumer_key_unknown, …; Magento's sentences as the word they stand for (consumer_key_expired)"},
	{Name: "oauth1.advice", Type: String, Doc: "value of oauth_problem_advice"},
	{Name: "oauth1.parameters_absent", Type: String, Doc: "a name in oauth_parameters_absent, one fact each"},
	{Name: "oauth1.acceptable_from", Type: Time, Doc: "lower end of oauth_acceptable_timestamps"},
	{Name: "oauth1.acceptable_to", Type: Time, Doc: "upper end of oauth_acceptable_timestamps"},
	{Name: "oauth1.timestamp", Type: Time, Doc: "oauth_timestamp that the request carried"},
	{Name: "oauth1.consumer_key", Type: String, Doc: "oauth_consumer_key (an identifier, not a secret)"},
	{Name: "oauth1.signature_method", Type: String, Doc: "oauth_signature_method"},
	{Name: "oauth1.realm", Type: String, Doc: "realm of an OAuth challenge, percent-decoded"},
	{Name: "oauth1.provider", Type: Enum, Doc: "who answered the OAuth 1.0a request, when a sign of it stands in the paste: atlassian for any Atlassian sign; a named provider or library of another; other for a sign of a non-Atlassian one without a name", Values: nil},
	{Name: "oauth1.hint", Type: Enum, Doc: "a weak sign of who answered; it becomes oauth1.provider when the paste holds nothing stronger", Values: nil},
	{Name: "oauth2.error", Type: String, Doc: "RFC 6749 error code in a query, form, JSON or library message: invalid_grant, invalid_client, …"},
	{Name: "oauth2.error_description", Type: String, Doc: "its description, at most 300 bytes"},
	{Name: "oauth2.grant_type", Type: String, Doc: "grant_type of the request"},
	{Name: "oauth2.provider", Type: Enum, Doc: "whose authorization server: google, microsoft, github, gitlab, atlassian, slack, okta, keycloak, bitbucket, auth0, salesforce, other"},
	{Name: "oauth2.redirect_uri", Type: String, Doc: "redirect_uri of the request"},
	{Name: "bearer.error", Type: String, Doc: "error of a WWW-Authenticate: Bearer challenge (RFC 6750 section 3)"},
	{Name: "bearer.error_description", Type: String, Doc: "its description, at most 300 bytes"},
	{Name: "bearer.scope", Type: String, Doc: "the scope that the challenge asks for"},
	{Name: "http.challenge", Type: String, Doc: "scheme of a WWW-Authenticate challenge, lower case: basic, bearer, oauth, negotiate, ntlm, digest"},
	{Name: "http.status", Type: Int, Doc: "status of an HTTP answer, from a status line, a log, JSON or a phrase such as 'status code 401', 'STATUS=302', 'Bad credentials (401)', or a bare 401/403/407 that prose names as an error"},
	{Name: "http.method", Type: String, Doc: "method of the request, upper case"},
	{Name: "http.path", Type: String, Doc: "path of the request, without its query"},
	{Name: "http.location", Type: String, Doc: "Location of a redirect"},
	{Name: "http.date", Type: Time, Doc: "Date header of an answer"},
	{Name: "token.kind", Type: Enum, Doc: "kind of a token that stands in the paste or in the output of a query, by its prefix (also when only the prefix stands there)", Values: []string{"ghp", "gho", "ghu", "ghs", "ghr", "github_pat", "atatt", "atctt", "atbb", "glpat", "xoxb", "xoxp", "xoxa", "xapp", "xoxe", "ya29", "akia", "asia", "jwt"}},
	{Name: "token.state", Type: Enum, Doc: "what its length or checksum says", Values: []string{"whole", "cut", "damaged", "prefix"}},
	{Name: "jwt.issuer", Type: String, Doc: "iss claim"},
	{Name: "jwt.audience", Type: String, Doc: "aud claim"},
	{Name: "jwt.algorithm", Type: String, Doc: "alg of the header"},
	{Name: "jwt.issued_at", Type: Time, Doc: "iat claim"},
	{Name: "jwt.not_before", Type: Time, Doc: "nbf claim"},
	{Name: "jwt.expires", Type: Time, Doc: "exp claim"},
	{Name: "log.time", Type: Time, Doc: "time of a log line that holds a time, token or problem to compare with, its zone stated"},
	{Name: "log.local_time", Type: Time, Doc: "the same where the text states no zone: the figures as if they were UTC"},
	{Name: "clock.skew", Type: Duration, Doc: "how far the caller's clock is ahead (positive) or behind (negative) of the answering side's, in seconds"},
	{Name: "clock.zone_hours", Type: Int, Doc: "the skew when it is whole hours (within 90 s), so a time-zone mistake is likely; hours rounded towards zero where a zone has 30 or 45 minutes"},
	{Name: "clock.zone_unknown", Type: Bool, Doc: "a time used for the skew had no zone"},
	{Name: "url.host", Type: String, Doc: "host of a URL in the paste, lower case"},
	{Name: "url.scheme", Type: String, Doc: "its scheme"},
	{Name: "url.port", Type: Int, Doc: "its explicit port"},
	{Name: "url.private", Type: String, Doc: "a host or address that is private, loopback or a bare internal name, when it appears as a URL or Location"},
	{Name: "url.base_mismatch", Type: String, Doc: "the paste shows two base URLs for one application that differ: 'scheme', 'port', 'host' or 'path'"},
	{Name: "network.proxy", Type: String, Doc: "sign of a reverse or forward proxy: Via, X-Forwarded-*, proxyName, nginx, CONNECT …"},
	{Name: "network.failure", Type: Enum, Doc: "the connection itself failed", Values: []string{"refused", "unknown-host", "unreachable", "timeout", "reset", "tls"}},
	{Name: "product.name", Type: Enum, Doc: "a product that the paste names or whose log it is: jira, confluence, bitbucket, bamboo, crowd, fisheye, crucible, aha, github, gitlab, google, microsoft, slack, xero, magento, woocommerce, jenkins, …"},
	{Name: "product.log", Type: Enum, Doc: "the product whose log format, package or logger a record has (stronger than product.name)"},
	{Name: "product.version", Type: String, Doc: "product and version, such as 'jira 9.12.1'"},
	{Name: "product.deployment", Type: Enum, Doc: "how it runs", Values: []string{"cloud", "datacenter"}},
	{Name: "product.atlassian", Type: Enum, Doc: "what shows that Atlassian's code answered or asked: a package or logger, a servlet path or REST path, a response header (X-AREQUESTID, X-Seraph-*), an application link named, a product named", Values: []string{"package", "path", "header", "applink", "product"}},
	{Name: "entra.code", Type: String, Doc: "AADSTS code, digits only; the longest run of digits"},
	{Name: "entra.trace_id", Type: String, Doc: "Trace ID"},
	{Name: "entra.correlation_id", Type: String, Doc: "Correlation ID"},
	{Name: "entra.time", Type: Time, Doc: "Timestamp of an Entra ID error"},
	{Name: "ldap.code", Type: Int, Doc: "LDAP result code"},
	{Name: "ldap.data", Type: String, Doc: "Active Directory 'data' code, lower case hex: 52e, 532, 775 …"},
	{Name: "tls.failure", Type: Enum, Doc: "why a certificate or handshake was refused", Values: []string{"untrusted", "expired", "not-yet-valid", "hostname", "revoked", "handshake", "protocol"}},
	{Name: "tls.not_before", Type: Time, Doc: "start of a certificate's validity"},
	{Name: "tls.not_after", Type: Time, Doc: "end of a certificate's validity"},
	{Name: "tls.subject", Type: String, Doc: "subject or common name of a certificate"},
	{Name: "tls.issuer", Type: String, Doc: "issuer of a certificate"},
	{Name: "saml.not_before", Type: Time, Doc: "NotBefore of SAML conditions"},
	{Name: "saml.not_on_or_after", Type: Time, Doc: "NotOnOrAfter of SAML conditions"},
	{Name: "saml.issue_instant", Type: Time, Doc: "IssueInstant of a SAML message"},
}
