package redact

import "strings"

// contextSecrets are told by what stands around them: an address, a command, a
// sentence.
func contextSecrets() []Rule {
	const login = "Change the password, and every place that stores it."
	return []Rule{
		{Kind: "slack-webhook", Doc: "Slack incoming webhook or workflow URL", Revoke: "Remove the webhook under Incoming Webhooks of the app at https://api.slack.com/apps.",
			anchors: []string{"hooks.slack.com/", "hooks.slack.com%2f"}, read: pathReader(3)},
		{Kind: "discord-webhook", Doc: "Discord webhook URL", Revoke: "Delete the webhook under the channel's settings > Integrations.",
			anchors: []string{"/api/webhooks/", "api%2fwebhooks%2f"}, read: pathReader(1)},
		{Kind: "teams-webhook", Doc: "Microsoft Teams webhook URL", Revoke: "Remove the connector or workflow from the channel.",
			anchors: []string{"webhook.office.com/webhookb2/"}, read: pathReader(0)},
		{Kind: "telegram-bot-token", Doc: "Telegram bot token, number:AA…", Revoke: "Send /revoke to @BotFather.",
			anchors: []string{":AA", "%3AAA"}, exact: true, read: telegram},
		{Kind: "twilio-key", Doc: "Twilio API key or auth token, 32 hexadecimal digits near the word Twilio", Revoke: "Delete the key, or promote the secondary auth token, in the Twilio console.",
			anchors: []string{"twilio"}, read: twilio},
		{Kind: "password-hash", Doc: "hash of a password: bcrypt, {SSHA}, {PKCS5S2}, argon2, crypt", Revoke: "Change the password: a hash can be tried out offline.",
			anchors: []string{"$2a$", "$2b$", "$2y$", "{ssha", "{pkcs5s2}", "{sha}", "{sha256}", "{sha512}", "{smd5}", "{md5}", "{crypt}", "$argon2", "pbkdf2_sha256$", "$apr1$", "$5$", "$6$"}, read: hash},
		{Kind: "command-password", Doc: "password on a command line: curl -u user:…, ldapsearch -w …, mysql -p…, sshpass -p …", Revoke: login,
			anchors: []string{"curl ", "wget ", "ldapsearch", "ldapwhoami", "ldapmodify", "ldapadd", "ldappasswd", "mysql ", "mysqldump ", "sshpass ", "redis-cli ", "docker login", "az login", "--oauth2-bearer ",
				"sqlplus ", "jdbc:oracle:thin:", "convertto-securestring", "machine ", "net use ", "http -a ", "https -a "}, read: command},
		{Kind: "spoken-password", Doc: "password or key that a sentence tells: the password is …", Revoke: login,
			anchors: []string{"password ", "passwd ", "passphrase ", "passwort ", "kennwort ", "contraseña ", "mot de passe ", "senha ", "wachtwoord ", "api key ", "api token ", "access token ", "client secret ", "pwd ", " pw ", "şifre ", "пароль ", "密码", "密碼", "パスワード", "비밀번호"}, read: spokenPassword},
	}
}

// pathReader reads what follows the first skip path segments behind the anchor.
func pathReader(skip int) reader {
	return func(s *scan, rule, start, end int) {
		stop := trimEnd(s.t, end, s.run(end, base64s))
		i := end
		for range skip {
			n := strings.IndexByte(string(s.t[i:stop]), '/')
			if e := strings.Index(strings.ToLower(string(s.t[i:stop])), "%2f"); e >= 0 && (n < 0 || e < n) {
				n = e + 2
			}
			if n < 0 {
				return // cut before the secret part
			}
			i += n + 1
		}
		if stop-i >= 6 && varied(s.t[i:stop]) {
			s.add(rule, i, stop)
		}
	}
}

func telegram(s *scan, rule, start, end int) {
	i := start
	for i > 0 && start-i < 12 && '0' <= s.t[i-1] && s.t[i-1] <= '9' {
		i--
	}
	stop := s.run(end, url64)
	if n := start - i; n >= 8 && n <= 11 && stop-end >= 10 && varied(s.t[end:stop]) {
		s.add(rule, i, stop)
	}
}

func twilio(s *scan, rule, start, end int) {
	stop := lineEndWithin(s.t, end, 256)
	i := max(end, s.twilioTo)
	s.twilioTo = stop
	for i < stop {
		if !is(s.t[i], hex) {
			i++
			continue
		}
		j := s.run(i, hex)
		switch n := j - i; {
		case n == 34 && s.t[i] == 'A' && s.t[i+1] == 'C': // an account's id, public
		case n >= 16 && n <= 34 && !(j < len(s.t) && s.t[j] == '-') && varied(s.t[i:j]):
			s.add(rule, i, j)
		}
		i = j
	}
}

func hash(s *scan, rule, start, end int) {
	j := end
	if s.t[start] == '{' { // {SSHA}, {SSHA256}, {SSHA512}
		for j < len(s.t) && j < end+5 && s.t[j-1] != '}' {
			j++
		}
		if s.t[j-1] != '}' {
			return
		}
	}
	stop := trimEnd(s.t, j, s.run(j, crypt))
	if stop-j >= 12 && varied(s.t[j:stop]) {
		s.add(rule, start, stop)
	}
}

// copulas stand between "the password" and the password.
var copulas = map[string]bool{
	"is": true, "was": true, "be": true, "to": true, "ist": true, "war": true, "lautet": true, "auf": true, "est": true,
	"es": true, "é": true, "era": true, "für": true, "jest": true, "är": true, "er": true, "as": true, "with": true,
	"используется": true, "это": true, "-": true, "->": true, "→": true, "—": true, "–": true, "of": true, "=": true, ":": true,
}

// technical are words with digits in them that sentences about passwords use.
var technical = map[string]bool{
	"sha256": true, "sha-256": true, "sha512": true, "sha-512": true, "sha-1": true, "base64": true, "utf-8": true, "utf8": true,
	"oauth2": true, "oauth1": true, "pbkdf2": true, "bcrypt2": true, "argon2": true, "argon2id": true, "md5-hashed": true, "oauth-2.0": true, "iso-8859-1": true,
	"base64-encoded": true, "sha256-hashed": true, "http/1.1": true, "http/2": true,
}

// spokenPassword reads the password in a sentence: within six words of the key
// stands a copula, and after it a word no language has.
func spokenPassword(s *scan, rule, start, end int) {
	t := s.t
	stop := lineEndWithin(t, end, 120)
	i := end
	if n, _ := quoteAt(t, i); n > 0 && s.spokenAt(rule, i, stop) { // the passphrase "…"
		return
	}
	for _, w := range [...]string{"是", "为", "為", "は", "은", "는"} {
		if has(t, i, w) {
			s.spokenAt(rule, blanks(t, i+len(w)), stop)
			return
		}
	}
	for range 6 {
		i = blanks(t, i)
		j := i
		for j < stop && t[j] != ' ' && t[j] != '\t' {
			j++
		}
		if j == i {
			return
		}
		if j-i <= 20 && (copulas[string(t[i:j])] || t[i] < 'a' && copulas[strings.ToLower(string(t[i:j]))]) && s.spokenAt(rule, blanks(t, j), stop) {
			return
		}
		if t[j-1] == '.' || t[j-1] == ',' || t[j-1] == ';' {
			return
		}
		i = j
	}
}

func (s *scan) spokenAt(rule, i, stop int) bool {
	v := value{start: i}
	s.take(&v, false, 120)
	w := strings.TrimRight(string(s.t[v.start:max(v.start, v.end)]), ".,;:!?)")
	if len(w) < 6 || letters(w) || digits(w) || strings.ContainsAny(w, " /") || spoken(w) || technical[strings.ToLower(w)] ||
		!strings.ContainsAny(strings.ToLower(w), "abcdefghijklmnopqrstuvwxyz") || !strings.ContainsAny(w, "0123456789!$%^#") {
		return false
	}
	s.add(rule, v.start, v.start+len(w))
	return true
}
