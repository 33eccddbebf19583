package analyze

import (
	"sync"
	"time"
)

// tlsAnalyzer reads why a certificate or handshake was refused.
func tlsAnalyzer() Analyzer {
	return Analyzer{
		Name: "tls",
		Doc: "Why a certificate or a handshake was refused, by the words of Java, Go, OpenSSL, Node, Python, .NET and curl, with the " +
			"names and dates of certificates, also of those that stand in the text as PEM.",
		Keywords: tlsKeywords(),
		Run:      runTLS,
	}
}

var tlsLexicon = sync.OnceValue(func() *lexicon { return newLexicon(tlsPhrases()) })

func runTLS(rec Record, now time.Time) ([]Fact, []Finding) {
	t := tlsReader{gathering: gathering{analyzer: "tls"}, rows: rec.Rows, when: now, whenIs: "now"}
	if !rec.Time.IsZero() {
		t.when, t.whenIs = rec.Time, "the log line"
	}
	lex := tlsLexicon()
	for _, row := range rec.Rows {
		t.row = row
		lex.scan(row.Text, t.hit)
	}
	if t.pem {
		t.certificates(rec.Rows)
	}
	return t.facts, t.findings
}

type tlsReader struct {
	gathering
	row    Row
	when   time.Time // what a validity is compared with
	whenIs string    // its name for a person
	pem    bool      // a certificate stands in the record
	rows   []Row
	tries  int  // how many labels of dates and names were followed
	about  int8 // whether the record is about certificates: 0 not known yet, 1 yes, -1 no
}

// A tlsGroup is what phrases say of a handshake. A failure is one of the
// values of tls.failure; read, where set, goes on behind the phrase.
type tlsGroup struct {
	failure string
	phrases string // separated by |; one that ends in * may go on
	read    func(t *tlsReader, start, end int)
}

// tlsGroups holds the texts as the libraries print them.
func tlsGroups() []tlsGroup {
	return []tlsGroup{
		{"untrusted", "unable to find valid certification path|pkix path building failed|suncertpathbuilderexception|signed by unknown authority|" +
			"unable to get local issuer*|unable to get issuer certificate|self signed certificate|self-signed certificate|unable to verify the first certificate|" +
			"self_signed_cert_in_chain|depth_zero_self_signed_cert|unable_to_verify_leaf_signature|unable_to_get_issuer_cert*|cert_untrusted|unknown_ca|unknown ca|" +
			"remotecertificatechainerrors|untrustedroot|partialchain|could not establish trust relationship|net::err_cert_authority_invalid|err_cert_authority_invalid|" +
			"sec_error_unknown_issuer|no trusted certificate found|trustanchors parameter must be non-empty|path does not chain with any of the trust anchors|" +
			"not trusted by the trust provider|certificate chain was issued by an authority that is not trusted|peer certificate cannot be authenticated", nil},
		{"expired", "certificate has expired|cert_has_expired|certificate_expired|certificate expired|certificateexpiredexception|err_cert_date_invalid|" +
			"sec_error_expired_certificate|certificate is expired|expired certificate|zertifikat ist abgelaufen|certificat a expiré|certificado ha caducado|" +
			"certificado expirado|証明書の有効期限が切れ|证书已过期|срок действия сертификата истек", (*tlsReader).validity},
		{"not-yet-valid", "certificate is not yet valid|cert_not_yet_valid|certificatenotyetvalidexception|certificate not yet valid", nil},
		{"hostname", "err_tls_cert_altname_invalid|no subject alternative names matching|no subject alternative dns name matching|no subject alternative names present|" +
			"no name matching|doesn't match any of the subject alternative names|does not match any of the subject alternative names|doesn't match certificate's altnames|" +
			"does not match certificate's altnames|common name of the certificate subject|certificate subject name|cannot validate certificate for|" +
			"certificate is not valid for any names|remotecertificatenamemismatch|err_cert_common_name_invalid|hostname mismatch|ip address mismatch|" +
			"ssl_error_bad_cert_domain|sslpeerunverifiedexception: hostname|hostname does not match the server certificate|no alternative certificate subject name matches|" +
			"certificate is not standards compliant|doesn't contain any ip sans|certificate relies on legacy common name field", nil},
		{"hostname", "certificate is valid for", (*tlsReader).validFor},
		{"revoked", "certificate revoked|certificate_revoked|cert_revoked|certificate has been revoked|certificate is revoked|sec_error_revoked_certificate|err_cert_revoked|certificaterevokedexception", nil},
		{"handshake", "handshake_failure|handshake failure|no cipher suites in common|no_shared_cipher|no shared cipher|ssl_error_no_cypher_overlap|bad_certificate|bad certificate|" +
			"certificate_required|certificate required|remote host closed connection during handshake|remote host terminated the handshake|err_bad_ssl_client_auth_cert|unrecognized_name|tlsv1 unrecognized name", nil},
		{"protocol", "protocol_version|unsupported protocol|wrong version number|wrong_version_number|tlsv1 alert protocol version|protocol version not supported|" +
			"no appropriate protocol|err_ssl_version_or_cipher_mismatch|err_ssl_protocol_error|unsupported or unrecognized ssl message|first record does not look like a tls handshake|" +
			"server gave http response to https client|client sent an http request to an https server|the client and server cannot communicate, because they do not possess a common algorithm", nil},

		{"", "notbefore|not before|not_before|valid from|start date|gültig ab", func(t *tlsReader, _, end int) { t.bound("tls.not_before", end) }},
		{"", "notafter|not after|not_after|valid until|until|valid to|expire date|expiry date|expiration date|gültig bis", func(t *tlsReader, _, end int) { t.bound("tls.not_after", end) }},
		{"", "subject|owner", func(t *tlsReader, _, end int) { t.name("tls.subject", end) }},
		{"", "issuer", func(t *tlsReader, _, end int) { t.name("tls.issuer", end) }},
		{"", "-----begin certificate-----|-----begin trusted certificate-----", func(t *tlsReader, _, _ int) { t.pem = true }},
	}
}

var tlsMeanings = sync.OnceValue(tlsGroups)

func tlsPhrases() []phrase {
	var list []phrase
	for id, g := range tlsMeanings() {
		list = appendPhrases(list, g.phrases, id)
	}
	return list
}

// tlsKeywords are the phrases that do not need others beside them.
func tlsKeywords() []string {
	var list []phrase
	for _, p := range tlsPhrases() {
		switch g := tlsMeanings()[p.id]; {
		case g.failure != "":
			list = append(list, p)
		case p.text == "notbefore" || p.text == "notafter" || p.text == "not before" || p.text == "not after" || p.text == "expire date" || p.text == "valid from":
			list = append(list, p)
		}
	}
	return append(keywords(list), "-----begin ", "subject: cn", "subject=", "issuer: c", "issuer=")
}

func (t *tlsReader) hit(id, start, end int) {
	g := tlsMeanings()[id]
	if g.failure != "" && !(g.failure == "expired" && t.saysNotYet(end)) {
		if g.failure != "protocol" || t.ofTLS(start) {
			t.fact(&t.row, "tls.failure", g.failure, start, end)
		}
	}
	if g.read != nil {
		g.read(t, start, end)
	}
}

// ofTLS reports whether what could be said of other protocols is said of TLS:
// the row names TLS, SSL or a library of it.
func (t *tlsReader) ofTLS(start int) bool {
	text := t.row.Text[max(0, start-200):min(len(t.row.Text), start+200)]
	for _, w := range [...]string{"ssl", "tls", "https", "handshake", "fatal alert"} {
		if foldedIndex(text, w) >= 0 {
			return true
		}
	}
	return false
}

// saysNotYet reports whether Go's "has expired or is not yet valid" ends, at
// end, in the second case: "current time … is before …".
func (t *tlsReader) saysNotYet(end int) bool {
	text := t.row.Text[end:min(len(t.row.Text), end+120)]
	return foldedPrefix(text, " or is not yet valid") && foldedIndex(text, " is before ") >= 0
}
