package statement

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

var errUserinfo = errors.New("a URL holds a user or password: remove what stands before the @, and let curl ask with -u USER")

// curlFlags are the options without a value that are allowed.
const curlFlags = " -s -S -f -i -I -v -L -G -n -g -4 -6 -N --silent --show-error --fail --include --head --verbose --location --get --netrc" +
	" --globoff --ipv4 --ipv6 --no-buffer --compressed --http1.0 --http1.1 --http2 --tlsv1.2 --tlsv1.3 --path-as-is --no-progress-meter" +
	" --fail-with-body --negotiate --digest --ntlm --basic --anyauth "

// curlValues are the options with a value that are allowed.
const curlValues = " -o -D -w -H -A -e -m -x -u -X -d --output --dump-header --write-out --header --user-agent --referer --max-time --connect-timeout" +
	" --proxy --user --request --data --data-urlencode --data-raw --url --resolve --connect-to --noproxy --cacert --capath --max-redirs" +
	" --retry --tls-max --interface --dns-servers --netrc-file --max-filesize "

// A curlCall is what a curl command asks for.
type curlCall struct {
	get, discards, login, verbose bool
	method                        string
	data                          []shellToken
	urls                          []shellToken
}

// checkCurl accepts a request that only reads, and notes for each parameter
// which part of a URL it fills.
func (t *Template) checkCurl(args []shellToken) error {
	var call curlCall
	for i := 0; i < len(args); i++ {
		a := args[i]
		w := a.text
		switch {
		case len(w) > 2 && w[:2] == "--":
			if strings.Contains(curlFlags, " "+w+" ") {
				call.flag(w)
				continue
			}
			if !strings.Contains(curlValues, " "+w+" ") {
				return curlRefusal(w)
			}
			if i++; i == len(args) {
				return fmt.Errorf("curl %s has no value: give one", w)
			}
			if err := t.curlOption(&call, w, args[i]); err != nil {
				return err
			}
		case len(w) > 1 && w[0] == '-':
			for k := 1; k < len(w); k++ {
				o := "-" + w[k:k+1]
				if strings.Contains(curlFlags, " "+o+" ") {
					call.flag(o)
					continue
				}
				if !strings.Contains(curlValues, " "+o+" ") {
					return curlRefusal(o)
				}
				v := shellToken{text: w[k+1:], marks: a.marks}
				if v.text == "" {
					if i++; i == len(args) {
						return fmt.Errorf("curl %s has no value: give one", o)
					}
					v = args[i]
				} else if len(a.marks) > 0 {
					return fmt.Errorf("a parameter touches curl %s: put a blank between them", o)
				}
				if err := t.curlOption(&call, o, v); err != nil {
					return err
				}
				break
			}
		default:
			call.urls = append(call.urls, a)
		}
	}
	return t.curlRequest(&call)
}

func (c *curlCall) flag(o string) {
	switch o {
	case "-G", "--get", "-I", "--head":
		c.get = true
	case "-v", "--verbose":
		c.verbose = true
	case "-n", "--netrc":
		c.login = true
	}
}

func curlRefusal(o string) error {
	switch o {
	case "-k", "--insecure":
		return errors.New("curl -k accepts any certificate: name the authority with --cacert FILE")
	case "-O", "-J", "-T", "-F", "-c", "-K", "--remote-name", "--upload-file", "--form", "--cookie-jar", "--config", "--trace", "--trace-ascii":
		return fmt.Errorf("curl %s writes, uploads or takes options from a file: remove it", o)
	case "-b", "--cookie", "-U", "--proxy-user", "--oauth2-bearer":
		return fmt.Errorf("curl %s puts a secret on the command line: use -u USER, which asks, or -H @FILE", o)
	}
	return fmt.Errorf("curl %s is not among the options that only read: remove it", o)
}

// curlOption checks an option with its value.
func (t *Template) curlOption(c *curlCall, o string, v shellToken) error {
	text := v.text
	switch o {
	case "-o", "--output":
		if text != "/dev/null" {
			return errors.New("curl -o writes a file: only /dev/null is allowed")
		}
		c.discards = true
	case "-D", "--dump-header":
		if text != "-" {
			return errors.New("curl -D writes a file: only - is allowed")
		}
	case "-w", "--write-out":
		if strings.Contains(text, "output{") || strings.HasPrefix(text, "@") || len(v.marks) > 0 {
			return errors.New("curl -w writes or reads a file: name the fields, as '%{{http_code}}'")
		}
	case "-u", "--user":
		if strings.Contains(text, ":") || len(v.marks) > 0 && text != string(mark) {
			return errors.New("curl -u holds a password: write the user alone, and curl asks")
		}
		c.login = true
	case "--netrc-file":
		c.login = true
	case "-X", "--request":
		if text != "GET" && text != "HEAD" && text != "OPTIONS" {
			return fmt.Errorf("curl -X %s changes something: only GET, HEAD and OPTIONS read", strings.ReplaceAll(text, string(mark), "{…}"))
		}
		c.method = text
	case "-H", "--header":
		if strings.HasPrefix(text, "@") {
			c.login = true
			return nil
		}
		name, _, _ := strings.Cut(text, ":")
		if secretHeader(name) || strings.IndexByte(name, mark) >= 0 {
			return errors.New("a header holds a secret on the command line: put the line into a file and write -H @FILE")
		}
		if strings.Contains(strings.ToLower(name), "method-override") {
			return errors.New("the header changes the method: remove it")
		}
	case "-x", "--proxy", "-e", "--referer":
		if strings.Contains(text, "@") {
			return errUserinfo
		}
	case "--url":
		c.urls = append(c.urls, v)
	case "-d", "--data", "--data-urlencode", "--data-raw":
		for _, m := range v.marks {
			if o != "--data-urlencode" { // which encodes by itself
				t.places[m].role = queryRole
			}
			if t.places[m].start {
				return fmt.Errorf("a parameter begins the value of curl %s: write name={…}", o)
			}
		}
		c.data = append(c.data, v)
	}
	return nil
}

// curlRequest checks what the options add up to.
func (t *Template) curlRequest(c *curlCall) error {
	if len(c.urls) == 0 {
		return errors.New("curl has no URL: give one")
	}
	if c.verbose && c.login {
		return errors.New("curl -v prints the login it sends: use -D - instead")
	}
	for _, u := range c.urls {
		if err := t.curlURL(u); err != nil {
			return err
		}
	}
	for _, d := range c.data {
		name, _, _ := strings.Cut(d.text, "=")
		if secretParameter(name) && name[0] != '@' {
			return fmt.Errorf("%s is a secret on the command line: write --data @FILE to an introspection address, or ask with -u CLIENT", name)
		}
	}
	if len(c.data) > 0 && !c.get {
		return c.post()
	}
	return nil
}

// post accepts the two requests with a body that read: a client's own token
// request, whose answer is thrown away, and what asks about a token.
func (c *curlCall) post() error {
	asks := true
	for _, u := range c.urls {
		asks = asks && (strings.HasSuffix(u.text, "/tokeninfo") || strings.HasSuffix(u.text, "/introspect"))
	}
	if asks {
		return nil
	}
	grant := false
	for _, d := range c.data {
		name, value, _ := strings.Cut(d.text, "=")
		switch {
		case name == "grant_type" && value == "client_credentials":
			grant = true
		case slices.Contains([]string{"scope", "resource", "audience", "client_id"}, name):
		default:
			return errors.New("curl sends a body, which changes something: add -G to read")
		}
	}
	if !grant {
		return errors.New("curl sends a body, which changes something: add -G to read")
	}
	if !c.discards {
		return errors.New("the answer holds a token: add -o /dev/null and show the status with -w")
	}
	return nil
}

// curlURL checks a URL and notes which parts of it the parameters fill. A URL
// may begin with a word in capitals that the reader replaces.
func (t *Template) curlURL(w shellToken) error {
	s := w.text
	rest := s
	scheme := strings.Index(s, "://")
	switch {
	case s == "":
		return errors.New("a URL is empty: write it in full")
	case scheme >= 0:
		if s[:scheme] != "https" && s[:scheme] != "http" {
			return errors.New("a URL is neither https nor http: write https://…")
		}
		rest = s[scheme+3:]
	case s[0] == mark, s[0] >= 'A' && s[0] <= 'Z':
	default:
		return errors.New("a URL does not begin with https://, {url} or a word in capitals: write it in full")
	}
	if strings.ContainsAny(rest, "{}[]#") {
		return errors.New("a URL holds a brace, bracket or #, which curl expands or drops: percent-encode it")
	}
	end := strings.IndexAny(rest, "/?")
	if end < 0 {
		end = len(rest)
	}
	if strings.Contains(rest[:end], "@") {
		return errUserinfo
	}
	query := strings.IndexByte(rest, '?')
	if query >= 0 {
		for pair := range strings.SplitSeq(rest[query+1:], "&") {
			if name, _, _ := strings.Cut(pair, "="); secretParameter(name) || strings.IndexByte(name, mark) >= 0 {
				return errors.New("a URL's query holds a secret, which logs keep: send it in a header from a file, -H @FILE")
			}
		}
	}
	k := 0
	for i := 0; i < len(rest); i++ {
		if rest[i] != mark {
			continue
		}
		p := &t.places[w.marks[k]]
		k++
		switch {
		case query >= 0 && i > query:
			p.role = queryRole
		case i > end:
			p.role = pathRole
		case scheme < 0 && i == 0 && (len(rest) == 1 || strings.IndexByte("/?:", rest[1]) >= 0):
			p.role = baseRole
		case i > 0 && rest[i-1] == ':':
			p.role = portRole
		case i == 0 && (i+1 == end || rest[i+1] == ':'):
			p.role = hostRole
		default:
			return errors.New("a parameter is a part of a URL's host: let it be the whole host")
		}
	}
	return nil
}

// secretHeader reports whether a header carries a secret.
func secretHeader(name string) bool {
	switch n := strings.ToLower(strings.TrimSpace(name)); n {
	case "authorization", "proxy-authorization", "cookie":
		return true
	default:
		return strings.Contains(n, "token") || strings.Contains(n, "secret") || strings.Contains(n, "api-key") || strings.Contains(n, "apikey") || strings.Contains(n, "password")
	}
}

// secretParameter reports whether a parameter of a query or form carries a
// secret.
func secretParameter(name string) bool {
	n := strings.ToLower(name)
	switch n {
	case "code", "code_verifier", "assertion", "client_assertion", "pwd", "key", "sig", "signature", "jwt", "oauth_signature", "os_password":
		return true
	case "token_type", "token_type_hint":
		return false
	}
	return strings.Contains(n, "token") || strings.Contains(n, "secret") || strings.Contains(n, "password") || strings.Contains(n, "api_key") || strings.Contains(n, "apikey")
}
