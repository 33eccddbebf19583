package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"authfix/bot/terminal"
	"authfix/storage"
	"authfix/storage/queue"
)

type doctorCommand struct{}

// Help is printed below the synopsis of authfix doctor --help.
func (doctorCommand) Help() string {
	return `Tries each thing that serve needs and says for each whether it works, what is wrong and what to do. It opens the database as serve does, so it brings its tables up to date; it makes none. The exit status is 1 when anything is wrong.`
}

// A finding of the doctor: what was tried, what came of it, and, when it is
// wrong, what to do.
type finding struct {
	name  string
	says  string
	wrong bool
	do    string
}

func ok(name, format string, args ...any) finding {
	return finding{name: name, says: fmt.Sprintf(format, args...)}
}

func wrong(name string, err error, do string) finding {
	return finding{name: name, says: sayable(err).Error(), wrong: true, do: do}
}

// doctorTimeout bounds all that is tried.
const doctorTimeout = 2 * time.Minute

func (*doctorCommand) Run(p *program) error {
	ctx, cancel := context.WithTimeout(p.ctx, doctorTimeout)
	defer cancel()
	c, err := p.config()
	if err != nil {
		return report(p, []finding{wrong("configuration", err, "correct what is named; authfix config --docs is the reference")})
	}
	found := []finding{ok("configuration", "every setting is understood")}
	found = append(found, examineModes(p))
	found = append(found, examineDatabase(ctx, c)...)
	found = append(found, examineListen(ctx, c))
	if c.Slack.Enabled() {
		found = append(found, examineSlack(ctx, c)...)
	}
	if c.Discord.Enabled() {
		found = append(found, examineDiscord(ctx, c)...)
	}
	return report(p, found)
}

// report prints what was found.
func report(p *program, found []finding) error {
	bad := false
	for _, f := range found {
		mark := "ok   "
		if f.wrong {
			mark, bad = "WRONG", true
		}
		lines := strings.Split(f.says, "\n")
		fmt.Fprintf(p.stdout, "%s  %-14s %s\n", mark, f.name, terminal.Plain(lines[0]))
		for _, line := range lines[1:] {
			fmt.Fprintf(p.stdout, "       %-14s %s\n", "", terminal.Plain(line))
		}
		if f.do != "" {
			fmt.Fprintf(p.stdout, "       %-14s Do: %s\n", "", f.do)
		}
	}
	if bad {
		return status(notRecognised)
	}
	return nil
}

func examineModes(p *program) finding {
	base, err := p.base()
	if err != nil {
		return wrong("failure modes", err, "authfix check FOLDER says all that is wrong with a team's files")
	}
	return ok("failure modes", "%d are known, generation %s", len(base.List("")), base.Generation())
}

// examineDatabase opens the database, writes to it, and opens what is sealed.
func examineDatabase(ctx context.Context, c config) []finding {
	if c.Database.engine == "sqlite" {
		if _, err := os.Stat(c.Database.path); errors.Is(err, fs.ErrNotExist) {
			return []finding{examineFolder(c)}
		}
	}
	var found []finding
	if _, err := keyring(c); err != nil {
		return []finding{wrong("key ring", err, "see Key rotation in docs/operating.md")}
	}
	db, err := openDatabase(ctx, c, queue.Options{})
	if err != nil {
		do := "see that the server runs, that this machine reaches it, and that the user and password are right"
		if c.Database.engine == "sqlite" {
			do = "see that the file is on a local disk and that this user may write it and its folder"
		}
		return append(found, wrong("database", err, do))
	}
	defer db.Close()
	began := time.Now()
	if err := db.Ping(ctx); err != nil {
		return append(found, wrong("database", err, "see that the disk is not full, and that no other program holds the database locked"))
	}
	found = append(found, ok("database", "%s is open, its tables are up to date, and a write took %v", c.Database, time.Since(began).Round(100*time.Microsecond)))
	found = append(found, examineKeys(ctx, c, db))
	if counts, err := db.jobs.Counts(ctx); err != nil {
		found = append(found, wrong("jobs", err, "run authfix serve once; it brings the queue's tables up to date"))
	} else {
		found = append(found, ok("jobs", "%d wait, %d run, %d were given up", counts.Waiting, counts.Running, counts.Lost))
	}
	if c.Database.engine == "sqlite" {
		found = append(found, examineDisk(c.Database.path))
	}
	return found
}

// examineFolder tries whether a database can be made.
func examineFolder(c config) finding {
	folder := filepath.Dir(c.Database.path)
	f, err := os.CreateTemp(folder, ".authfix-doctor-")
	if err != nil {
		return wrong("database", err, "name a folder in DATABASE_URL that this user may write")
	}
	f.Close()
	os.Remove(f.Name())
	return ok("database", "%s is made when serve or chat is first run", c.Database)
}

// examineKeys opens a sealed value of each tenant.
func examineKeys(ctx context.Context, c config, db opened) finding {
	const do = "put the key that is named, by its id, back into the key ring"
	tenants, err := db.EachTenant(ctx)
	if err != nil {
		return wrong("key ring", err, do)
	}
	opened := 0
	for _, t := range tenants {
		if _, err := db.TenantKey(ctx, t); err != nil {
			return wrong("key ring", err, do)
		}
		if _, err := db.Installation(ctx, t); err != nil && !errors.Is(err, storage.ErrNotFound) {
			return wrong("key ring", err, do)
		}
		opened++
	}
	where := "AUTHFIX_SECRET_KEY"
	if c.SecretKey == "" {
		where = keyFile(c.Database.path)
		if info, err := os.Stat(where); err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
			return wrong("key ring", fmt.Errorf("%s can be read by others (mode %04o)", where, info.Mode().Perm()), "chmod 600 "+where)
		}
	}
	return ok("key ring", "%s opens what is sealed, of %d tenants", where, opened)
}

// minFree is how much room a disk should have: the log beside the database, and
// a backup.
const minFree = 256 << 20

func examineDisk(path string) finding {
	free, err := freeBytes(filepath.Dir(path))
	switch {
	case err != nil:
		return ok("disk", "how much is free cannot be told here")
	case free < minFree:
		return wrong("disk", fmt.Errorf("%d MB are free beside the database", free>>20), "make room: when the disk is full nothing is accepted any more")
	}
	return ok("disk", "%d MB are free beside the database", free>>20)
}

// examineListen tries the address of HTTP; one that is taken is right when serve
// runs there.
func examineListen(ctx context.Context, c config) finding {
	l, err := listen(c.Listen)
	if err == nil {
		l.Close()
		return ok("http", "%s can be listened on", c.Listen)
	}
	if strings.Contains(err.Error(), "in use") && servesHere(ctx, c.Listen) {
		return ok("http", "authfix serve answers on %s", c.Listen)
	}
	return wrong("http", err, "set AUTHFIX_LISTEN to an address that is free")
}

// servesHere asks whether what listens there is an authfix.
func servesHere(ctx context.Context, address string) bool {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	if host == "" {
		host = "127.0.0.1"
	}
	return healthy(ctx, net.JoinHostPort(host, port))
}

// healthy reports whether /healthz of an address is that of authfix.
func healthy(ctx context.Context, address string) bool {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/healthz", nil)
	if err != nil {
		return false
	}
	r, err := http.DefaultClient.Do(q)
	if err != nil {
		return false
	}
	defer r.Body.Close()
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<10))
	return err == nil && r.StatusCode == http.StatusOK && strings.TrimSpace(string(body)) == `{"status":"ok"}`
}
