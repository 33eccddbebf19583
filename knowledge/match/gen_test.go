package match

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
)

// The words of which signatures and logs for tests are made.
var (
	genVerbs    = strings.Fields("authenticate authorise connect bind resolve sync refresh validate decrypt fetch parse register retrieve verify renew exchange revoke publish import export")
	genSystems  = strings.Fields("Jira Confluence Bitbucket Crowd Okta Keycloak GitLab GitHub Slack Salesforce ServiceNow Jenkins Artifactory Kerberos Zendesk Datadog PagerDuty Tempo Exchange Workday Nexus Auth0")
	genObjects  = strings.Fields("access_token refresh_token client_secret consumer_key session certificate truststore redirect_uri audience nonce assertion signature webhook application_link service_account api_token deploy_key token_endpoint scope tenant realm directory cookie")
	genReasons  = strings.Split("has expired|is not trusted|was revoked by an administrator|does not match the configured value|lacks a required claim|was issued in the future|cannot be decoded|has been disabled|is not permitted for this client|was rejected by the remote end|returned an empty response|is not registered|has no matching user|is blocked by policy|uses an unsupported algorithm|was signed with an unknown key|has reached its rate limit", "|")
	genClasses  = strings.Fields("TokenExpiredException CredentialRejectedException SessionNotFoundException AudienceMismatchException TenantUnavailableException NonceConflictException IssuerValidationException ScopeDeniedException")
	genPackages = strings.Fields("com.example.applinks.core com.example.crowd.directory org.sample.oauth2.client net.sample.saml.binding com.example.mail.auth org.sample.ldap.pool")
	genCodes    = []string{"AADSTS%d", "ORA-%05d", "OKTA-E%07d", "KDC_ERR_%d", "JRASERVER-%d"}
)

// genPatterns makes n patterns of the shapes that failure modes have. Fewer are
// a prefix of more.
func genPatterns(n int) []Pattern {
	rng := rand.New(rand.NewPCG(1, 3))
	pick := func(a []string) string { return a[rng.IntN(len(a))] }
	seen := map[string]bool{}
	var ps []Pattern
	for len(ps) < n {
		system, object, reason, class := pick(genSystems), pick(genObjects), pick(genReasons), pick(genClasses)
		var p Pattern
		switch k := rng.IntN(100); {
		case k < 30:
			p.Literal = fmt.Sprintf("%s %s %s while trying to %s", system, object, reason, pick(genVerbs))
		case k < 42:
			p.Literal = fmt.Sprintf(pick(genCodes), 100+rng.IntN(9_999_000))
		case k < 52:
			p.Literal = fmt.Sprintf("%s.%s: %s %s", pick(genPackages), class, object, reason)
		case k < 72:
			p.Regexp = fmt.Sprintf(`Failed to %s %s %s for (?:user|org) '?(?P<who>[^'\s]+)'?: (?:HTTP |status=)?(?P<code>%d\d)`, pick(genVerbs), system, object, 40+rng.IntN(13))
		case k < 82:
			p.Regexp = class + `.{0,120}` + regexp.QuoteMeta(system+" "+object+" "+reason)
		case k < 90:
			p.Regexp = fmt.Sprintf(`(?:%s_invalid|%s_%s).{0,60}%s %s`, object, object, pick(genVerbs), system, reason)
		default:
			p.Regexp = fmt.Sprintf(`\[c\.e\.[a-z.]+\.(?P<cls>[A-Z]\w+)\] %s %s %s \((?P<code>\d+)\)`, system, object, reason)
		}
		if key := p.Literal + p.Regexp; !seen[key] {
			seen[key] = true
			need, err := Needs(p)
			if err != nil {
				panic(err)
			}
			p.Need = need
			ps = append(ps, p)
		}
	}
	return ps
}

// genShort makes n patterns that are shorter than the filter's window.
func genShort(n int) []Pattern {
	rng := rand.New(rand.NewPCG(2, 3))
	ps := []Pattern{{Literal: "aha"}, {Literal: "401"}, {Literal: "JWT", Exact: true}, {Literal: "ghp_", Exact: true}, {Regexp: `\beyJ[\w-]+`, Exact: true}, {Literal: "认证"}}
	for len(ps) < n {
		b := make([]byte, 3+rng.IntN(5))
		for i := range b {
			b[i] = "abcdefghijklmnopqrstuvwxyz_0123"[rng.IntN(31)]
		}
		ps = append(ps, Pattern{Literal: string(b)})
	}
	return ps[:n]
}

var genLines = []string{
	"INFO  user%d %dx%dx1 1x8kq2 10.0.%d.7 /secure/Dashboard.jspa [c.e.web.action.ViewIssue] Request finished in %d ms with status 200",
	"DEBUG svc-build %dx%dx2 - 10.1.%d.9 /rest/api/2/search [c.e.index.IndexReader] Searcher reopened for node%d, %d documents in the segment",
	"WARN  anonymous %dx%dx1 - 172.16.%d.3 /login.action [c.e.security.filter] Session of user%d replaced after %d seconds of inactivity",
	"INFO  scheduler-%d [o.sample.queue.Worker] Task %d moved from RUNNING to DONE on host%d.example.internal, queue length %d, retries %d",
	"TRACE pool-%d-thread-%d [n.sample.db.ConnectionPool] Connection %d returned to the pool, %d idle, %d active",
	"ERROR nio-%d [c.e.http.ProxyHandler] Connection to 10.2.%d.4 was reset by peer after %d bytes, request %d will be tried again in %d ms",
	"\tat com.example.web.dispatch.HandlerChain$%d.invoke(HandlerChain.java:%d)",
	"\tat java.base/java.util.concurrent.ThreadPoolExecutor$Worker%d.run(ThreadPoolExecutor.java:%d)",
	`10.3.%d.8 - - "GET /rest/greenhopper/1.0/xboard/work/allData.json?rapidViewId=%d HTTP/1.1" 200 %d "https://tracker.example.com/browse/OPS-%d" "Mozilla/5.0 (X11; Linux x86_64)" %d`,
	"sshd[%d]: Accepted publickey for deploy from 10.9.%d.2 port %d ssh2: session %d opened, uid=%d",
}

// genLog makes an ordinary log of at least n bytes; about every hundredth line
// has a match of one of ps.
func genLog(n int, ps []Pattern) []byte {
	rng := rand.New(rand.NewPCG(3, 3))
	var buf bytes.Buffer
	for clock := 0; buf.Len() < n; clock += rng.IntN(300) {
		line := genLines[rng.IntN(len(genLines))]
		args := make([]any, strings.Count(line, "%d"))
		for i := range args {
			args[i] = rng.IntN(10000)
		}
		if line[0] != '\t' {
			fmt.Fprintf(&buf, "2026-03-%02d %02d:%02d:%02d,%03d+0000 ", 1+clock/86400000%28, clock/3600000%24, clock/60000%60, clock/1000%60, clock%1000)
		}
		fmt.Fprintf(&buf, line, args...)
		if rng.IntN(100) == 0 && len(ps) > 0 {
			buf.WriteByte(' ')
			buf.WriteString(genMatch(ps[rng.IntN(len(ps))]))
		}
		buf.WriteByte('\n')
	}
	return buf.Bytes()
}

// genMatch is a text that a pattern of genPatterns matches, or nearly does.
func genMatch(p Pattern) string {
	if p.Literal != "" {
		return p.Literal
	}
	return strings.NewReplacer(
		`(?:user|org) '?(?P<who>[^'\s]+)'?`, "user 'ORG1234'", `(?:HTTP |status=)?`, "HTTP ", `(?P<code>`, "", `\d)`, "1",
		`.{0,120}`, ": ", `.{0,60}`, " ", `\[c\.e\.[a-z.]+\.(?P<cls>[A-Z]\w+)\]`, "[c.e.auth.Filter]", `\((?P<code>\d+)\)`, "(7)",
		`(?:`, "", `|`, " ", `)`, "", `\`, "",
	).Replace(p.Regexp)
}

// genPaste makes a paste of 20 lines, two of which have a match.
func genPaste(ps []Pattern) []byte {
	lines := bytes.SplitAfter(genLog(4096, nil), []byte("\n"))[:18]
	text := bytes.Join(lines, nil)
	for _, i := range []int{0, len(ps) / 2} {
		text = fmt.Appendf(text, "2026-03-01 10:00:00,000+0000 http-nio-8080-exec-7 ERROR jdoe %s\n", genMatch(ps[i]))
	}
	return text
}
