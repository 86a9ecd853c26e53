### Was mit dem letzten Administrator nicht geschehen kann.

demotions-demoted = herabgestuft
demotions-suspended = gesperrt
