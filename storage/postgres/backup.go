package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Backup writes the database in pg_dump's custom format, which pg_restore
// reads. The dump is one snapshot; the file is readable by its owner alone and
// is there only when it is whole.
func (e *engine) Backup(ctx context.Context, file string) error {
	dump, err := exec.LookPath("pg_dump")
	if err != nil {
		return errors.New("a backup of PostgreSQL is made by pg_dump, which is not on PATH: install the PostgreSQL client of the server's version or newer (Debian: postgresql-client), or back the server up with the tools of who runs it")
	}
	out, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	cmd := exec.CommandContext(ctx, dump, "--format=custom", "--no-password", "--lock-wait-timeout=60000")
	cmd.Env = append(os.Environ(), environment(e.url, e.pool.Config().ConnConfig)...)
	cmd.Stdout = out
	complaints := &head{limit: 2000}
	cmd.Stderr = complaints
	err = cmd.Run()
	if err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		err = fmt.Errorf("backup: pg_dump: %w: %s", err, strings.TrimSpace(complaints.kept.String()))
	} else if err = out.Sync(); err != nil {
		err = fmt.Errorf("backup: %w", err)
	}
	if closed := out.Close(); err == nil && closed != nil {
		err = fmt.Errorf("backup: %w", closed)
	}
	if err != nil {
		os.Remove(file)
	}
	return err
}

// environment is the way to the database in libpq's variables: what stands on a
// command line can be read by everyone on the machine.
func environment(dsn string, cc *pgx.ConnConfig) []string {
	env := []string{
		"PGHOST=" + cc.Host,
		"PGPORT=" + strconv.Itoa(int(cc.Port)),
		"PGUSER=" + cc.User,
		"PGPASSWORD=" + cc.Password,
		"PGDATABASE=" + cc.Database,
		"PGAPPNAME=authfix backup",
		"PGCONNECT_TIMEOUT=" + strconv.Itoa(int(cc.ConnectTimeout.Seconds())),
		"PGOPTIONS=", // the program's time limits are not for a dump
	}
	u, err := url.Parse(dsn)
	if err != nil {
		return env
	}
	for _, v := range [][2]string{
		{"sslmode", "PGSSLMODE"}, {"sslrootcert", "PGSSLROOTCERT"}, {"sslcert", "PGSSLCERT"}, {"sslkey", "PGSSLKEY"},
		{"sslsni", "PGSSLSNI"}, {"channel_binding", "PGCHANNELBINDING"}, {"krbsrvname", "PGKRBSRVNAME"}, {"service", "PGSERVICE"}, {"servicefile", "PGSERVICEFILE"},
	} {
		if s := u.Query().Get(v[0]); s != "" {
			env = append(env, v[1]+"="+s)
		}
	}
	return env
}

// A head keeps the first bytes written to it.
type head struct {
	kept  bytes.Buffer
	limit int
}

func (h *head) Write(p []byte) (int, error) {
	h.kept.Write(p[:min(len(p), max(h.limit-h.kept.Len(), 0))])
	return len(p), nil
}
