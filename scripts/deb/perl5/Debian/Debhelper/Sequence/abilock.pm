# SPDX-License-Identifier: MIT
# `Build-Depends: dh-sequence-abilock`, or `dh --with abilock`.
use strict;
use warnings;

use Debian::Debhelper::Dh_Lib;

# Behind dh_makeshlibs, which writes symbols files anew; before dh_shlibdeps, which reads them.
insert_after('dh_makeshlibs', 'dh_abilock');
# The dependencies are final, and nothing is packed yet.
insert_after('dh_gencontrol', 'dh_abilock_check');
insert_before('dh_clean', 'dh_abilock_clean');

1;
