package statement

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A rule says how a command may be used.
type rule struct {
	sub      string // the words one of which must come first behind the name, blank-separated; "": any
	refuse   string // options and words that write, run programs or show secrets
	operands int    // how many words that are no options it may have; -1: any
}

// rules are the commands that a statement may run, with what keeps each to
// reading.
func rules(name string) (rule, bool) {
	switch name {
	case "grep", "zgrep", "egrep", "fgrep", "head", "tail", "cat", "zcat", "wc", "cut", "tr", "nl", "ls", "stat", "df", "du",
		"comm", "diff", "column", "paste", "sha256sum", "echo", "printf", "jq", "netstat", "uname", "whoami", "id", "pwd",
		"nslookup", "ping", "traceroute", "tracepath", "getent", "which", "klist":
		return rule{operands: -1}, true
	case "sort":
		return rule{refuse: "-o --output --compress-program -T --temporary-directory", operands: -1}, true
	case "uniq":
		return rule{operands: 1}, true // a second operand is written to
	case "ss":
		return rule{refuse: "-K --kill -D --diag", operands: -1}, true
	case "host", "dig":
		return rule{refuse: "-f -k -y", operands: -1}, true
	case "hostname":
		return rule{refuse: "-F --file -b --boot", operands: 0}, true
	case "date":
		return rule{refuse: "-s --set -f --file", operands: -1}, true
	case "timedatectl":
		return rule{sub: "status show timesync-status show-timesync", operands: -1}, true
	case "chronyc":
		return rule{sub: "tracking sources sourcestats activity", operands: -1}, true
	case "ntpq":
		return rule{refuse: "-c --command", operands: -1}, true
	case "ntpdate":
		return rule{sub: "-q", operands: -1}, true
	case "systemctl":
		return rule{sub: "status show is-active is-enabled is-failed cat list-units", operands: -1}, true
	case "journalctl":
		return rule{refuse: "--vacuum-size --vacuum-time --vacuum-files --rotate --flush --sync --relinquish-var --setup-keys --update-catalog --cursor-file", operands: -1}, true
	case "kubectl":
		return rule{sub: "get describe logs version top", refuse: "--raw --token --password --cache-dir --profile-output", operands: -1}, true
	case "docker", "podman":
		return rule{sub: "ps logs images version info port", operands: -1}, true
	case "git":
		return rule{sub: "ls-remote --version", refuse: "--upload-pack --exec", operands: -1}, true
	case "java":
		return rule{sub: "-version --version", operands: 0}, true
	case "keytool":
		return rule{sub: "-list -printcert", refuse: "-storepass -keypass -srcstorepass -providerclass -providerpath -addprovider", operands: -1}, true
	case "openssl":
		return rule{sub: "s_client x509 version ciphers", refuse: "-out -keyout -writerand -sess_out -keylogfile -pass -passin -engine -provider -provider-path -signkey -key -CAcreateserial -CAserial -CAkey -proxy_pass -psk -msgfile", operands: -1}, true
	case "nc":
		return rule{sub: "-z -zv -vz", refuse: "-e -c -l --exec --sh-exec", operands: -1}, true
	case "find":
		return rule{refuse: "-delete -exec -execdir -ok -okdir -fprint -fprint0 -fprintf -fls", operands: -1}, true
	case "ldapsearch":
		return rule{refuse: "-w -T -t -tt", operands: -1}, true
	}
	return rule{}, false
}

// checkShell accepts known commands in their reading forms. With http, each
// pipeline begins with curl.
func (t *Template) checkShell(src string, http bool) error {
	commands, err := t.shellCommands(src)
	if err != nil {
		return err
	}
	for _, c := range commands {
		name := c.words[0].text
		switch {
		case len(c.words[0].marks) > 0:
			return errors.New("a parameter names a command: write the command itself")
		case !c.words[0].bare:
			return errors.New("the name of a command is quoted: write it plainly")
		case http && !c.piped && name != "curl":
			return fmt.Errorf("%s begins an http statement: begin it with curl, or set language: shell", name)
		case name == "curl":
			err = t.checkCurl(c.words[1:])
		case strings.Contains(name, "="):
			return fmt.Errorf("%s sets a variable: write the text where it is needed", name)
		default:
			err = checkCommand(name, c.words[1:])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func checkCommand(name string, args []shellToken) error {
	r, ok := rules(name)
	if !ok {
		return fmt.Errorf("%s is not among the commands that only read: use curl, grep, openssl s_client, getent, date and the like", name)
	}
	if r.sub != "" && (len(args) == 0 || len(args[0].marks) > 0 || !slices.Contains(strings.Fields(r.sub), args[0].text)) {
		return fmt.Errorf("%s may only run as: %s %s", name, name, strings.Join(strings.Fields(r.sub), ", "))
	}
	if name == "kubectl" {
		for i, a := range args {
			if strings.Contains(a.text, "secret") || i == 1 && len(a.marks) > 0 {
				return errors.New("kubectl shows a secret or an object that the statement does not name: name the kind, and none that holds secrets")
			}
		}
	}
	refused := strings.Fields(r.refuse)
	operands := 0
	for _, a := range args {
		word := a.text
		if n := strings.IndexByte(word, '='); n > 0 {
			word = word[:n]
		}
		for _, f := range refused {
			if word == f || word == "-"+f || clustered(name, word, f) || strings.HasPrefix(f, "--") && len(word) > 3 && strings.HasPrefix(f, word) {
				return fmt.Errorf("%s %s writes, runs something or shows a secret: remove it", name, f)
			}
		}
		if name == "jq" && readsEnvironment(a.text) {
			return errors.New("jq shows the environment, which holds secrets: leave env and $ENV out")
		}
		if strings.Contains(a.text, "://") && strings.Contains(a.text[strings.Index(a.text, "://"):], "@") {
			return errUserinfo
		}
		if word == "" || word[0] != '-' {
			operands++
			if name == "date" && (word == "" || word[0] != '+') && len(a.marks) == 0 && !previousTakes(args, a.text) {
				return errors.New("date with a time sets the clock: only +FORMAT and -u are allowed")
			}
			if name == "date" && len(a.marks) > 0 {
				return errors.New("a parameter of date could set the clock: leave it out")
			}
		}
	}
	if r.operands >= 0 && operands > r.operands {
		return fmt.Errorf("%s with another operand writes: give it at most %d", name, r.operands)
	}
	return nil
}

// previousTakes reports whether a word of date is the value of -d or -r.
func previousTakes(args []shellToken, text string) bool {
	for i := 1; i < len(args); i++ {
		if args[i].text == text && (args[i-1].text == "-d" || args[i-1].text == "-r" || args[i-1].text == "--date") {
			return true
		}
	}
	return false
}

// clustered reports whether a short option stands among others, as -o in
// -uo. Programs whose options are words, as openssl's and find's, have none.
func clustered(name, word, option string) bool {
	switch name {
	case "openssl", "keytool", "find", "java":
		return false
	case "date":
		if strings.HasPrefix(word, "-I") {
			return false // -Iseconds
		}
	}
	return len(option) == 2 && option[0] == '-' && len(word) > 2 && word[0] == '-' && word[1] != '-' && strings.IndexByte(word, option[1]) > 0
}

// readsEnvironment reports whether a program of jq has the variables of the
// environment in it.
func readsEnvironment(program string) bool {
	for at := 0; ; {
		n := strings.Index(strings.ToLower(program[at:]), "env")
		if n < 0 {
			return false
		}
		at += n
		end := at + len("env")
		if (at == 0 || !wordByte(program[at-1]) && program[at-1] != '.' || program[at-1] == '$') && (end == len(program) || !wordByte(program[end])) {
			return true
		}
		at = end
	}
}
