package postgres

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// How long what may take. The server ends a statement, a wait for a lock and a
// transaction in which nothing happens (its replica is frozen) after a time, so
// that others go on; answerTimeout is for a server that does not even do that.
const (
	connectTimeout   = 10 * time.Second
	statementTimeout = 30 * time.Second
	lockTimeout      = 10 * time.Second
	idleTimeout      = 10 * time.Second
	answerTimeout    = statementTimeout + 10*time.Second
)

// defaultConns is enough for 32 callers that record at once: more connections
// make a small server slower.
const defaultConns = 16

// errURL stands for all that can be wrong with a URL: what the parser says may
// quote a password.
var errURL = errors.New("the database's URL cannot be read; its form is postgres://user:password@host:port/database?sslmode=require, with special characters in the password percent-encoded")

// connect makes the pool of connections after it has seen that the server will
// do.
func connect(ctx context.Context, dsn string, o Options) (*engine, error) {
	u, err := url.Parse(dsn)
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" {
		return nil, errURL
	}
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, errURL
	}
	switch {
	case o.Conns > 0:
		config.MaxConns = int32(min(o.Conns, 1000))
	case !u.Query().Has("pool_max_conns"):
		config.MaxConns = defaultConns
	}
	config.MaxConnIdleTime = 5 * time.Minute
	config.PingTimeout = connectTimeout
	cc := config.ConnConfig
	if !u.Query().Has("connect_timeout") {
		cc.ConnectTimeout = connectTimeout
	}
	for name, value := range map[string]string{
		"application_name":                    "authfix",
		"statement_timeout":                   milliseconds(statementTimeout),
		"lock_timeout":                        milliseconds(lockTimeout),
		"idle_in_transaction_session_timeout": milliseconds(idleTimeout),
	} {
		if _, set := cc.RuntimeParams[name]; !set {
			cc.RuntimeParams[name] = value
		}
	}
	if err := examine(ctx, cc); err != nil {
		return nil, err
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, classify(ctx, nil, err)
	}
	return &engine{pool: pool, url: dsn}, nil
}

func milliseconds(d time.Duration) string { return fmt.Sprint(d.Milliseconds()) }

// examine asks a server whether it will do.
func examine(ctx context.Context, cc *pgx.ConnConfig) error {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	c, err := pgx.ConnectConfig(ctx, cc)
	if err != nil {
		return classify(ctx, nil, err)
	}
	defer c.Close(ctx)
	var version, encoding, commit string
	err = c.QueryRow(ctx, "SELECT current_setting('server_version_num'), current_setting('server_encoding'), current_setting('synchronous_commit')").Scan(&version, &encoding, &commit)
	if err != nil {
		return classify(ctx, c, err)
	}
	if len(version) < 6 || version < "130000" {
		return fmt.Errorf("the server's version is %s; 13 or newer is needed", version)
	}
	if !strings.EqualFold(encoding, "UTF8") {
		return fmt.Errorf("the database's encoding is %s; create it with ENCODING 'UTF8'", encoding)
	}
	if commit == "off" {
		// What was recorded must survive the server's end; the other values do that.
		cc.RuntimeParams["synchronous_commit"] = "on"
	}
	return nil
}
